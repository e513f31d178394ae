# shellcheck shell=bash
# Sourced by the entrypoint, the shell of RUN steps and ~/.bashrc: makes the micromamba function, and conda's and mamba's
# where the environment has them, and activates $ENV_NAME. What activation sets was computed when the image was made, so
# that no program runs here; micromamba does it for environments that came, or changed, after that.

micromamba() {
  case "${1-}" in
    activate | deactivate | reactivate)
      local script
      script="$("$MAMBA_EXE" shell "$@" --shell bash)" || return
      eval "$script"
      hash -r
      ;;
    install | update | upgrade | remove | uninstall)
      "$MAMBA_EXE" "$@" || return
      micromamba reactivate
      ;;
    *) "$MAMBA_EXE" "$@" ;;
  esac
}

__image_prefix() {
  case "$1" in
    base) REPLY="$MAMBA_ROOT_PREFIX" ;;
    */*) REPLY="${1%/}" ;;
    *) REPLY="$MAMBA_ROOT_PREFIX/envs/$1" ;;
  esac
}

# Whether what was computed still holds: nothing that it was computed from is newer.
__image_is_current() {
  [[ -r $1 && ! $2/conda-meta/state -nt $1 && ! $2/etc/conda/env_vars.d -nt $1 ]]
}

# In the same order whatever the user's locale is.
__image_list_scripts() {
  local LC_ALL=C
  __image_scripts=("$1"/etc/conda/activate.d/*.sh)
}

__image_run_scripts() {
  local options="$-" status __image_scripts
  __image_list_scripts "$1"
  for __image_script in "${__image_scripts[@]}"; do
    [[ -r $__image_script ]] || continue
    # shellcheck disable=SC1090 # which scripts there are is the environment's business
    source "$__image_script"
    status=$?
    # A script may have left 'set -e' or 'set -u' on, which would end the shell at the next small thing.
    [[ $options == *e* ]] || set +e
    [[ $options == *u* ]] || set +u
    ((status == 0)) || echo "warning: the activation script $__image_script ended with $status." >&2
  done
  unset __image_script
}

__image_activate() {
  local name="${ENV_NAME:-base}" computed
  __image_prefix "$name"
  local -r prefix="$REPLY"
  computed="/usr/local/lib/micromamba-image/$name.sh"

  if [[ ${CONDA_PREFIX-} == "$prefix" && :$PATH: == *":$prefix/bin:"* ]]; then
    return 0 # the shell that started this one has it active
  fi
  if __image_is_current "$computed" "$prefix"; then
    [[ -z ${CONDA_PREFIX-} ]] || PATH="${PATH/"$CONDA_PREFIX/bin:"/}"
    # shellcheck disable=SC1090 # made with the image, one for each environment
    source "$computed"
    __image_run_scripts "$prefix"
    return 0
  fi
  if micromamba activate "$name"; then
    return 0
  fi
  echo "error: there is no environment '$name' to activate. This image has:" >&2
  local environment
  for environment in "$MAMBA_ROOT_PREFIX" "$MAMBA_ROOT_PREFIX"/envs/*; do
    [[ -e $environment/conda-meta/history ]] || continue
    if [[ $environment == "$MAMBA_ROOT_PREFIX" ]]; then echo '  base' >&2; else echo "  ${environment##*/}" >&2; fi
  done
  return 1
}

if [[ ${MAMBA_SKIP_ACTIVATE-} != 1 ]]; then
  __image_activate || return 1
  if [[ $- == *i* && -n ${CONDA_PROMPT_MODIFIER-} && ${PS1-} != "$CONDA_PROMPT_MODIFIER"* ]]; then
    PS1="$CONDA_PROMPT_MODIFIER${PS1-}"
  fi
fi

__image_prefix "${ENV_NAME:-base}"
for __image_script in "$REPLY/etc/profile.d/conda.sh" "$REPLY/etc/profile.d/mamba.sh"; do
  # shellcheck disable=SC1090 # conda's and mamba's own
  [[ ! -r $__image_script ]] || source "$__image_script"
done
unset __image_script REPLY
