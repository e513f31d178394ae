# shellcheck shell=sh
# For login shells, which read /etc/profile: that of many systems makes PATH anew, and loses the environment.
if [ -n "${BASH_VERSION-}" ]; then
  # shellcheck source=wiring/_activate_current_env.sh
  . /usr/local/bin/_activate_current_env.sh
else
  # Activation is written for bash; what is active already stays so in other shells.
  case ":${MAMBA_IMAGE_PATH-}:" in
    *":${CONDA_PREFIX:-none}/bin:"*) export PATH="$MAMBA_IMAGE_PATH" ;;
  esac
fi
