import { buildPrefix, script, text, type Recipe } from '../recipe.ts'

/**
 * conda as it is installed, without being conda: its files are where conda's are, and its shell function asks the program
 * what to set, as conda's does. The program knows activation only, and has the image's micromamba print it.
 */
export const condaRecipe: Recipe = {
  name: 'conda-stand-in',
  version: '24.0',
  build: 'h0_0',
  subdir: 'noarch',
  noarch: 'generic',
  files: [
    ...['bin/conda', 'condabin/conda'].map((path) =>
      script(
        path,
        `#!/bin/sh
# A stand-in for conda, installed at ${buildPrefix}.
if [ "\${1-}" != shell.posix ]; then
  echo "CondaError: Run 'conda init' before 'conda \${1-}'" >&2
  exit 1
fi
shift
exec "\${MAMBA_EXE:-/bin/micromamba}" shell "$@" --shell posix
`,
      ),
    ),
    text(
      'etc/profile.d/conda.sh',
      `export CONDA_EXE='${buildPrefix}/bin/conda'
export CONDA_PYTHON_EXE='${buildPrefix}/bin/python'

__conda_exe() (
  "$CONDA_EXE" "$@"
)

__conda_activate() {
  \\local answer
  answer="$(PS1="\${PS1:-}" __conda_exe shell.posix "$@")" || \\return
  \\eval "$answer"
  \\hash -r
}

conda() {
  case "\${1-}" in
    activate | deactivate) __conda_activate "$@" ;;
    *) __conda_exe "$@" ;;
  esac
}

if [ -z "\${CONDA_SHLVL+x}" ]; then
  export CONDA_SHLVL=0
  export PATH='${buildPrefix}/condabin'"\${PATH:+:$PATH}"
fi
`,
      { placeholder: 'text' },
    ),
  ],
}
