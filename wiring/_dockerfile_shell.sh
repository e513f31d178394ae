#!/bin/bash
# The shell of RUN steps: with ARG MAMBA_DOCKERFILE_ACTIVATE=1 the environment is active in them.

__image_command=("$@")
set --

if [[ ${MAMBA_DOCKERFILE_ACTIVATE-} == 1 ]]; then
  # An activation script that exits would fail the step and not say a word.
  trap '[[ -z ${__image_running-} ]] || echo "error: $__image_running ended the shell." >&2' EXIT
  # shellcheck source=wiring/_activate_current_env.sh
  source /usr/local/bin/_activate_current_env.sh || exit
fi

exec /bin/bash -o pipefail -c "${__image_command[@]}"
