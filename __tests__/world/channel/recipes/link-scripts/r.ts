import { createHash } from 'node:crypto'
import { gzipSync } from 'node:zlib'
import { tar } from '../../archive.ts'
import { buildPrefix, script, text, type Recipe } from '../../recipe.ts'
import type { Repackaging } from './from-debian.ts'

/** R, and a package of data for it that is not in the package. */

/** Without documentation, translations and Tk; packages of R alone can be installed, what is to be compiled can not. */
export const rBase: Repackaging = {
  name: 'r-base',
  version: '4.2.2',
  debs: ['libblas3', 'libgfortran5', 'libgomp1', 'liblapack3', 'libquadmath0', 'libtirpc3', 'r-base-core'],
  files: /^lib\/[^/]+\.so\b|^lib\/R\/(?:bin|etc|lib|share)\/|^lib\/R\/library\/(?!tcltk|translations)/,
  place: (path) => {
    if (/\/(?:demo|doc|help|html|libtool|man|Rscript|texmf|Renviron\.site|site-library)(?:\/|$)/.test(path)) {
      return undefined
    }
    // The others are links to those below /etc.
    if (path.startsWith('lib/R/etc/') && !/\/(?:javaconf|Renviron\.ucf)$/.test(path)) return undefined
    return path
      .replace(/^lib\/(?:blas|lapack)\//, 'lib/')
      .replace(/^share\/R\/share\//, 'lib/R/share/')
      .replace(/^etc\/R\//, 'lib/R/etc/')
      .replace(/\.ucf$/, '')
  },
  adapt: (file) => {
    const { path } = file
    if (file.type !== 'file' || !/^lib\/R\/(?:bin\/R|etc\/(?:ldpaths|Makeconf|Renviron))$/.test(path))
      return file
    const content = Buffer.from(file.content)
      .toString()
      .replace('R_HOME_DIR=/usr/lib/R\n', `R_HOME_DIR=${buildPrefix}/lib/R\n`)
      .replaceAll('/usr/lib/x86_64-linux-gnu', `${buildPrefix}/lib`)
      .replaceAll('/usr/share/R/share', `${buildPrefix}/lib/R/share`)
      .replaceAll('/usr/share/R', `${buildPrefix}/share/R`)
      .replaceAll('/usr/local/lib/R/site-library', `${buildPrefix}/lib/R/library`)
      // R has its own.
      .replace("TAR=${TAR-'/bin/tar'}", 'TAR=${TAR-internal}')
    const placeholder = content.includes(buildPrefix) ? { placeholder: 'text' as const } : {}
    return { ...file, content: Buffer.from(content), ...placeholder }
  },
  depends: ['bzip2', 'icu', 'krb5', 'liblzma', 'libzlib', 'ncurses', 'pcre2', 'readline'],
  more: [
    { type: 'symlink', path: 'bin/R', target: '../lib/R/bin/R' },
    script(
      'bin/.r-base-post-link.sh',
      `#!/bin/bash
# There may be a Java.
"$PREFIX/bin/R" CMD javareconf >/dev/null 2>&1 || true
`,
    ),
  ],
}

/** What bioconductor-testdata's script downloads: a source package of R. */
export async function testdataSource(): Promise<{ readonly fileName: string; readonly content: Uint8Array }> {
  const files = [
    text(
      'testdata/DESCRIPTION',
      `Package: testdata
Version: 1.0.0
Title: Data of the Test World
Description: A table of two genes.
Author: Nobody
Maintainer: Nobody <nobody@example.org>
License: CC0
`,
    ),
    text('testdata/NAMESPACE', 'export(genes)\n'),
    text(
      'testdata/R/genes.R',
      'genes <- function() read.delim(system.file("extdata", "genes.tsv", package = "testdata"))\n',
    ),
    text('testdata/inst/extdata/genes.tsv', 'gene\tlength\nBRCA1\t81189\nTP53\t19149\n'),
  ]
  return { fileName: 'testdata_1.0.0.tar.gz', content: gzipSync(await tar(files)) }
}

/**
 * Only a script, as those of Bioconductor's packages of data are.
 * @param url of a folder that has what `testdataSource` gives
 */
export async function bioconductorTestdata(url: string): Promise<Recipe> {
  const { fileName, content } = await testdataSource()
  const md5 = createHash('md5').update(content).digest('hex')
  return {
    name: 'bioconductor-testdata',
    version: '1.0.0',
    build: 'r42hdfd78af_0',
    subdir: 'noarch',
    noarch: 'generic',
    depends: ['curl', 'r-base >=4.2,<4.3.0a0'],
    info: { 'test/run_test.sh': `set -ex\n\n$R -e "library('testdata')"\nexit 0\n` },
    files: [
      script(
        'bin/.bioconductor-testdata-post-link.sh',
        `#!/bin/bash
FN="${fileName}"
URLS=(
  "${url}/${fileName}"
)
MD5="${md5}"

STAGING="$PREFIX/share/$PKG_NAME-$PKG_VERSION-$PKG_BUILDNUM"
mkdir -p "$STAGING"
TARBALL="$STAGING/$FN"

SUCCESS=0
for URL in "\${URLS[@]}"; do
  curl -fsSL -o "$TARBALL" "$URL" || continue
  if md5sum -c <<<"$MD5  $TARBALL"; then
    SUCCESS=1
    break
  fi
done
if [ $SUCCESS != 1 ]; then
  echo "ERROR: post-link.sh was unable to download any of: \${URLS[*]}"
  exit 1
fi

R CMD INSTALL --library="$PREFIX/lib/R/library" "$TARBALL" || exit 1
rm "$TARBALL"
rmdir "$STAGING"
`,
      ),
      script(
        'bin/.bioconductor-testdata-pre-unlink.sh',
        'R CMD REMOVE --library="$PREFIX/lib/R/library" testdata\n',
      ),
    ],
  }
}
