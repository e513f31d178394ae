# shellcheck shell=bash disable=SC1090 # which scripts there are is the environment's business
# Sourced by the entrypoint, the shell of RUN steps, .bashrc and the system's files for shells: makes the micromamba function,
# and conda's and mamba's where they are installed, and activates $ENV_NAME. What activation sets was computed when the image
# was made, so that no program runs here; micromamba does it for environments that came, or changed, after that, and in a
# shell that has another one active.
#
# Scripts of packages are sourced outside of functions, where `declare` and any name of a variable are theirs to use.

# They are written for a shell without options, as people have it: `set -u` would end it at the first variable that is not
# there. The options of whoever sources this are put back at the end.
__image_options=
for __image_option in errexit nounset noglob noclobber pipefail posix; do
  if [[ -o $__image_option ]]; then
    __image_options="$__image_options $__image_option "
    set +o "$__image_option"
  fi
done

micromamba() {
  local __image_exe="${MAMBA_EXE:-/bin/micromamba}"
  if ! type -P "$__image_exe" >/dev/null; then
    echo "error: 'micromamba${1:+ $1}' cannot run: there is no $__image_exe in this image, as with the input 'micromamba: false'." >&2
    echo "Another environment is active in what '_entrypoint.sh' starts in a fresh process with ENV_NAME set, as by docker run -e ENV_NAME=other." >&2
    return 127
  fi
  case "${1-}" in
    activate | deactivate | reactivate)
      # Scripts of packages run here too. Bash before 4.4 could not put the options back, and keeps them.
      if local - 2>/dev/null; then set +efuC +o pipefail +o posix; fi
      local __image_rest __image_line __image_statement='' __image_text='' __image_name __image_value __image_evaluated=''
      local __image_quote="'" __image_escaped="'\\''" __image_begin="^(export |unset |\. |[A-Za-z_][A-Za-z0-9_]*=')"
      local __image_assignment="^((export )?[A-Za-z_][A-Za-z0-9_]*)='(.*)'\$"
      # The prompt is not exported, and micromamba writes a new one from the old.
      __image_rest="$(PS1="${PS1-}" "${MAMBA_EXE:-/bin/micromamba}" shell "$@" --shell bash)" || return
      # It puts values between quotes as they are, apostrophes and line ends included (libmamba, PosixActivator::script).
      while :; do
        __image_line="${__image_rest%%$'\n'*}"
        if [[ -n $__image_statement ]] && [[ -z $__image_rest || $__image_line =~ $__image_begin ]]; then
          if [[ $__image_statement =~ $__image_assignment ]]; then
            __image_name="${BASH_REMATCH[1]}" __image_value="${BASH_REMATCH[3]}"
            printf -v __image_value '%q' "${__image_value//"$__image_escaped"/$__image_quote}"
            __image_statement="$__image_name=$__image_value"
          fi
          __image_text+="$__image_statement"$'\n' __image_statement=
        fi
        [[ -n $__image_rest ]] || break
        __image_statement+="${__image_statement:+$'\n'}$__image_line"
        __image_rest="${__image_rest:${#__image_line}+1}"
      done
      eval "$__image_text __image_evaluated=1"
      if [[ -z $__image_evaluated ]]; then
        echo "error: bash does not understand what 'micromamba shell $*' answered." >&2
        return 1
      fi
      hash -r
      ;;
    install | update | upgrade | remove | uninstall)
      "${MAMBA_EXE:-/bin/micromamba}" "$@" || return
      micromamba reactivate
      ;;
    *) "${MAMBA_EXE:-/bin/micromamba}" "$@" ;;
  esac
}

# Whether the environment is active since the image, or a shell that started this one, activated it. Login shells have lost
# its PATH where the system's /etc/profile makes one anew.
__image_is_active() {
  [[ ${CONDA_PREFIX-} == "$__image_prefix" ]] &&
    [[ :${PATH-}: == *":$__image_prefix/bin:"* || :${MAMBA_IMAGE_PATH-}: == *":$__image_prefix/bin:"* ]]
}

# Puts back the PATH that was lost, and what is new behind it.
__image_restore_path() {
  local IFS=: part path="$MAMBA_IMAGE_PATH"
  set -f
  for part in ${PATH-}; do
    [[ -z $part || :$path: == *":$part:"* ]] || path+=":$part"
  done
  set +f
  export PATH="$path"
}

# Whether what was computed holds: no environment is active, and nothing that it was computed from is newer.
__image_is_computed() {
  [[ -z ${CONDA_PREFIX-} && -r $__image_computed ]] &&
    [[ ! $__image_prefix/conda-meta/state -nt $__image_computed ]] &&
    [[ ! $__image_prefix/etc/conda/env_vars.d -nt $__image_computed ]]
}

# Packages may have come since: the scripts are those that are there now, in the same order whatever the locale is.
__image_find_scripts() {
  local LC_ALL=C
  __image_scripts=("$__image_prefix"/etc/conda/activate.d/*.sh)
}

# Where the image's config has what activation exports, the scripts whose exports could not be computed are left.
__image_find_pending() {
  local IFS=:
  # shellcheck disable=SC2206 # it is split at the colons, and paths of scripts hold no wildcards
  __image_scripts=(${MAMBA_IMAGE_SCRIPTS-})
  unset MAMBA_IMAGE_SCRIPTS
}

__image_explain() {
  if [[ -e $__image_prefix/conda-meta/history ]]; then
    echo "error: the environment '$__image_name' cannot be activated." >&2
    return
  fi
  echo "error: ENV_NAME is '$__image_name', and there is no such environment. This image has:" >&2
  local environment
  [[ ! -e $MAMBA_ROOT_PREFIX/conda-meta/history ]] || echo '  base' >&2
  for environment in "$MAMBA_ROOT_PREFIX"/envs/*; do
    [[ ! -e $environment/conda-meta/history ]] || echo "  ${environment##*/}" >&2
  done
}

# Not every process has the image's ENV: those of cron, ssh and `su -` have not, nor what is left of an image that was
# exported. What it says is laid down in a file too.
# shellcheck source=/dev/null
if [[ -r /usr/local/lib/micromamba-image/defaults ]]; then
  source /usr/local/lib/micromamba-image/defaults
fi
export MAMBA_ROOT_PREFIX="${MAMBA_ROOT_PREFIX:-/opt/conda}" ENV_NAME
# Programs that look for micromamba there are not to be told of one that is not.
if [[ -n ${MAMBA_EXE-} || -x /bin/micromamba ]]; then export MAMBA_EXE="${MAMBA_EXE:-/bin/micromamba}"; fi

# An environment is called by its name, or by its path.
__image_name="${ENV_NAME:-base}"
__image_computed="/usr/local/lib/micromamba-image/$__image_name.sh"
case "$__image_name" in
  base) __image_prefix="$MAMBA_ROOT_PREFIX" ;;
  */*) __image_prefix="${__image_name%/}" __image_computed= ;;
  *) __image_prefix="$MAMBA_ROOT_PREFIX/envs/$__image_name" ;;
esac

__image_scripts=() __image_activated=
if [[ ${MAMBA_SKIP_ACTIVATE-} == 1 ]]; then
  :
elif __image_is_active; then
  [[ :${PATH-}: == *":$__image_prefix/bin:"* ]] || __image_restore_path
  __image_find_pending
elif __image_is_computed && source "$__image_computed"; then
  __image_find_scripts
  __image_activated=1
else
  __image_running="the activation of '$__image_name'"
  if micromamba activate "$__image_name"; then
    __image_activated=1
  else
    __image_explain
    __image_failed=1
  fi
fi

for __image_script in "${__image_scripts[@]}"; do
  [[ -r $__image_script ]] || continue
  __image_running="the activation script $__image_script"
  # Behind `||`, a failing command in the script does not end the shell even when the script says `set -e`.
  __image_code=0
  source "$__image_script" || __image_code=$?
  # Many end with a test that may well be false; for those with `set -e` that is a failure.
  if ((__image_code > 1)) || [[ $__image_code == 1 && $- == *e* ]]; then
    echo "warning: $__image_running failed with $__image_code." >&2
  fi
  # What it left on would end the shell later, at the next small thing.
  set +efuC +o pipefail +o posix
done
[[ -z $__image_activated ]] || export MAMBA_IMAGE_PATH="${PATH-}"

for __image_tool in conda mamba; do
  for __image_place in "$__image_prefix" "$MAMBA_ROOT_PREFIX"; do
    __image_script="$__image_place/etc/profile.d/$__image_tool.sh"
    [[ -r $__image_script ]] || continue
    __image_running="$__image_script"
    source "$__image_script"
    # They are functions, and the shell that says `conda activate` is often the command: a bash that reads no ~/.bashrc.
    if [[ $- != *i* ]]; then
      while read -r __image_script; do
        export -f "${__image_script?}"
      done < <(compgen -A function "$__image_tool"; compgen -A function "__$__image_tool")
    fi
    break
  done
done

if [[ $- == *i* && -n ${CONDA_PROMPT_MODIFIER-} && ${PS1-} != "$CONDA_PROMPT_MODIFIER"* ]]; then
  PS1="$CONDA_PROMPT_MODIFIER${PS1-}"
fi

unset __image_name __image_prefix __image_computed __image_activated __image_running
unset __image_script __image_scripts __image_code __image_tool __image_place
unset -f __image_is_active __image_restore_path __image_is_computed __image_find_pending __image_find_scripts __image_explain

for __image_option in errexit nounset noglob noclobber pipefail posix; do
  if [[ $__image_options == *" $__image_option "* ]]; then set -o "$__image_option"; else set +o "$__image_option"; fi
done
unset __image_options __image_option
if [[ -n ${__image_failed-} ]]; then
  unset __image_failed
  return 1
fi
