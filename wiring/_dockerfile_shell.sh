#!/bin/bash
# The shell of RUN steps: with ARG MAMBA_DOCKERFILE_ACTIVATE=1 the environment is active in them.

if [[ ${MAMBA_DOCKERFILE_ACTIVATE-} == 1 ]]; then
  # shellcheck source=wiring/_activate_current_env.sh
  source /usr/local/bin/_activate_current_env.sh || exit
fi

exec /bin/bash -o pipefail -c "$@"
