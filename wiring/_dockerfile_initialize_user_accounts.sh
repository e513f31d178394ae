#!/bin/bash
# For a Dockerfile that adds micromamba to another image, run by root: the user $MAMBA_USER, and shells that activate.
set -euo pipefail
name="${MAMBA_USER:-mambauser}" uid="${MAMBA_USER_ID:-57439}" gid="${MAMBA_USER_GID:-57439}"

activation='source /usr/local/bin/_activate_current_env.sh'
mkdir -p /etc/skel /home
for bashrc in /root/.bashrc /etc/skel/.bashrc; do
  grep -qsF "$activation" "$bashrc" || echo "$activation" >>"$bashrc"
done

if ! grep -q "^[^:]*:[^:]*:$gid:" /etc/group; then
  if command -v groupadd >/dev/null; then groupadd -g "$gid" "$name"; else addgroup -g "$gid" "$name"; fi
fi
if ! id "$name" >/dev/null 2>&1; then
  if command -v useradd >/dev/null; then
    useradd -m -u "$uid" -g "$gid" -s /bin/bash "$name"
  else
    # BusyBox's knows groups by their names only.
    group="$(sed -n "s/^\([^:]*\):[^:]*:$gid:.*/\1/p" /etc/group | head -n 1)"
    adduser -D -u "$uid" -G "$group" -s /bin/bash "$name"
  fi
fi
if [ "$(id -u "$name"):$(id -g "$name")" != "$uid:$gid" ]; then
  echo "error: the image has a user '$name' of other numbers: $(id "$name"), not $uid:$gid." >&2
  exit 1
fi

echo "$name" >/etc/arg_mamba_user
# Any uid may be asked for with --user, and has this home then.
chmod -R a+rwX "/home" /etc/arg_mamba_user
