#!/bin/bash
# An interactive shell in which the environment is active, whatever is in the home that is mounted over the image's:
# apptainer shell --shell /usr/local/bin/_apptainer_shell.sh IMAGE
exec /bin/bash --rcfile /usr/local/bin/_activate_current_env.sh -i "$@"
