#!/bin/bash
# The image's entrypoint: activates the environment, then becomes the command it was given.

if [[ -r /etc/arg_mamba_user ]]; then
  read -r image_user </etc/arg_mamba_user
  # A process without the image's ENV has no other user.
  export MAMBA_USER="${MAMBA_USER:-$image_user}"
  if [[ $MAMBA_USER != "$image_user" ]]; then
    echo "error: MAMBA_USER is '$MAMBA_USER', and the user of this image is '$image_user'." >&2
    echo "Rename the user when the image is made; here, leave MAMBA_USER as it is and use --user." >&2
    exit 1
  fi
  unset image_user
fi

# A uid that nobody has given a name, as in 'docker run --user 1234:1234', has neither name nor home.
if ((EUID != 0)); then
  export USER="${USER:-${MAMBA_USER-}}"
  if [[ -n $USER && ${HOME:-/} == / ]]; then export HOME="/home/$USER"; fi
fi

# Activation scripts must not take the command for their own arguments, nor change it.
__image_command=("$@")
set --

# One that exits would take the container with it and not say a word.
trap '[[ -z ${__image_running-} ]] || echo "error: $__image_running ended the shell." >&2' EXIT

# shellcheck source=wiring/_activate_current_env.sh
source /usr/local/bin/_activate_current_env.sh || exit

exec "${__image_command[@]}"
