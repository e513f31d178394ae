#!/bin/sh
# The micromamba stand-in: answers as micromamba does where the tests look, and is none. It says its version, prints the
# scripts of `shell` for bash and, where Node and the solver of the tests are, solves. It installs nothing.
version=@VERSION@

fail() {
  printf 'critical libmamba %s\n' "$1" >&2
  exit 1
}

root="${MAMBA_ROOT_PREFIX:-${HOME:-}/.local/share/mamba}"

# 'text' as a word of the shell.
quoted() { printf "'%s'" "$(printf '%s' "$1" | sed "s/'/'\\\\''/g")"; }

# Prints NAME=value lines of the strings in a JSON file.
strings_of() {
  [ -r "$1" ] || return 0
  tr '\n' ' ' <"$1" | grep -o '"[A-Za-z_][A-Za-z0-9_]*" *: *"[^"]*"' |
    sed 's/^"\([A-Za-z0-9_]*\)" *: *"\(.*\)"$/\1=\2/'
}

# The variables of an environment: those of its packages in the order of their names, then its own.
variables_of() {
  for file in "$1"/etc/conda/env_vars.d/*.json "$1/conda-meta/state"; do strings_of "$file"; done
}

prefix_of() {
  case "$1" in
    base | '') printf '%s' "$root" ;;
    /*) printf '%s' "${1%/}" ;;
    */*) (cd "$1" 2>/dev/null && pwd) || printf '%s/%s' "$PWD" "${1%/}" ;;
    *) printf '%s/envs/%s' "$root" "$1" ;;
  esac
}

name_of() {
  case "$1" in
    "$root") echo base ;;
    "$root"/envs/*) basename "$1" ;;
    *) printf '%s\n' "$1" ;;
  esac
}

# PATH with one folder taken out.
path_without() { printf ':%s:' "$PATH" | sed "s|:$(printf '%s' "$1" | sed 's/[|.*^$\\[]/\\&/g'):|:|; s/^://; s/:\$//"; }

source_scripts() { # <prefix> <activate|deactivate>
  for file in "$1/etc/conda/$2.d"/*.sh; do
    [ ! -r "$file" ] || printf '. %s\n' "$(quoted "$file")"
  done
}

leave() { # <prefix>: what it has set goes
  source_scripts "$1" deactivate
  variables_of "$1" | while IFS='=' read -r name _; do printf 'unset %s\n' "$name"; done
}

enter() { # <prefix> <PATH of the rest> <CONDA_SHLVL>
  printf 'export PATH=%s\n' "$(quoted "$1/bin${2:+:$2}")"
  printf 'export CONDA_PREFIX=%s\n' "$(quoted "$1")"
  printf 'export CONDA_SHLVL=%s\n' "$(quoted "$3")"
  printf 'export CONDA_DEFAULT_ENV=%s\n' "$(quoted "$(name_of "$1")")"
  printf 'export CONDA_PROMPT_MODIFIER=%s\n' "$(quoted "($(name_of "$1")) ")"
  variables_of "$1" | while IFS='=' read -r name value; do printf 'export %s=%s\n' "$name" "$(quoted "$value")"; done
  source_scripts "$1" activate
}

activate() {
  prefix="$(prefix_of "$1")"
  [ -d "$prefix" ] || fail "Cannot activate, prefix does not exist at: '$prefix'"
  [ -d "$prefix/conda-meta" ] || fail "Cannot activate, not a conda environment: '$prefix'"
  level="${CONDA_SHLVL:-0}"
  if [ "$level" = 0 ] || [ -z "${CONDA_PREFIX:-}" ]; then
    enter "$prefix" "${PATH:-}" 1
  elif [ "$CONDA_PREFIX" = "$prefix" ]; then
    reactivate
  else
    leave "$CONDA_PREFIX"
    printf 'export CONDA_PREFIX_%s=%s\n' "$level" "$(quoted "$CONDA_PREFIX")"
    enter "$prefix" "$(path_without "$CONDA_PREFIX/bin")" "$((level + 1))"
  fi
}

reactivate() {
  [ -n "${CONDA_PREFIX:-}" ] || return 0
  leave "$CONDA_PREFIX"
  enter "$CONDA_PREFIX" "$(path_without "$CONDA_PREFIX/bin")" "${CONDA_SHLVL:-1}"
}

deactivate() {
  level="${CONDA_SHLVL:-0}"
  if [ "$level" = 0 ] || [ -z "${CONDA_PREFIX:-}" ]; then return 0; fi
  leave "$CONDA_PREFIX"
  rest="$(path_without "$CONDA_PREFIX/bin")"
  below=$((level - 1))
  if [ "$below" = 0 ]; then
    printf 'export PATH=%s\n' "$(quoted "$rest")"
    printf 'unset CONDA_PREFIX CONDA_DEFAULT_ENV CONDA_PROMPT_MODIFIER\nexport CONDA_SHLVL=0\n'
  else
    eval "previous=\${CONDA_PREFIX_$below}"
    printf 'unset CONDA_PREFIX_%s\n' "$below"
    # shellcheck disable=SC2154 # set by eval
    enter "$previous" "$rest" "$below"
  fi
}

hook() {
  printf 'export MAMBA_EXE=%s\nexport MAMBA_ROOT_PREFIX=%s\n' "$(quoted "${MAMBA_EXE:-$0}")" "$(quoted "$root")"
  cat <<'END'
micromamba() {
  case "${1-}" in
    activate | reactivate | deactivate)
      local script
      script="$("$MAMBA_EXE" shell "$@" --shell bash)" || return
      eval "$script"
      hash -r
      ;;
    *) "$MAMBA_EXE" "$@" ;;
  esac
}
END
}

# `shell` with its options anywhere; those that say which shell are for bash here.
shell() {
  command='' environment=''
  while [ $# -gt 0 ]; do
    case "$1" in
      --shell | -s | --root-prefix | -r) shift ;;
      --prefix | -p) environment="${2:-}" && shift ;;
      -*) ;;
      *) if [ -z "$command" ]; then command="$1"; else environment="$1"; fi ;;
    esac
    [ $# = 0 ] || shift
  done
  case "$command" in
    hook | deactivate | reactivate) "$command" ;;
    activate) activate "$environment" ;;
    *) fail "the stand-in has no 'shell $command'" ;;
  esac
}

case "${1:-}" in
  --version) printf '%s\n' "$version" ;;
  shell)
    shift
    shell "$@"
    ;;
  create)
    [ -n "${MICROMAMBA_STAND_IN_SOLVER:-}" ] ||
      fail 'the stand-in solves by the program that MICROMAMBA_STAND_IN_SOLVER names'
    export MICROMAMBA_STAND_IN_VERSION="$version"
    # Of proxies and certificates micromamba knows what curl does, and its own variable; not what is for Node.
    export NODE_USE_ENV_PROXY=1 NODE_EXTRA_CA_CERTS="${SSL_CERT_FILE:-}"
    [ ! -r "${MAMBA_SSL_VERIFY:-}" ] || NODE_EXTRA_CA_CERTS="$MAMBA_SSL_VERIFY"
    exec "${MICROMAMBA_STAND_IN_NODE:-node}" "$MICROMAMBA_STAND_IN_SOLVER" "$@"
    ;;
  *) fail "the stand-in has no command '${1:-}'" ;;
esac
