#!/bin/bash
# For a Dockerfile that adds micromamba to another image: an empty root prefix, in which every user may install.
set -euo pipefail
root="${MAMBA_ROOT_PREFIX:-/opt/conda}"
mkdir -p "${root%/*}/"
install -d -m 0777 "$root" "$root/conda-meta"
