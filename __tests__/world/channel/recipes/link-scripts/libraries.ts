import { buildPrefix, text } from '../../recipe.ts'
import type { Repackaging } from './from-debian.ts'

/** What the packages with link scripts are linked with, as conda-forge splits it, but coarser. */
export const libraries: readonly Repackaging[] = [
  { name: 'libstdcxx', version: '12.2.0', debs: ['libgcc-s1', 'libstdc++6'] },
  { name: 'icu', version: '72.1', debs: ['libicu72'], depends: ['libstdcxx'] },
  { name: 'libxml2', version: '2.9.14', debs: ['libxml2'], depends: ['icu', 'liblzma', 'libzlib'] },
  { name: 'libbrotli', version: '1.0.9', debs: ['libbrotli1'] },
  { name: 'libjpeg-turbo', version: '2.1.5', debs: ['libjpeg62-turbo'] },
  { name: 'pcre2', version: '10.42', debs: ['libpcre2-8-0'] },
  { name: 'zstd', version: '1.5.4', debs: ['libzstd1'] },
  {
    name: 'krb5',
    version: '1.20.1',
    debs: ['libcom-err2', 'libgssapi-krb5-2', 'libk5crypto3', 'libkeyutils1', 'libkrb5-3', 'libkrb5support0'],
    depends: ['openssl'],
  },
  {
    name: 'curl',
    version: '7.88.1',
    debs: [
      'curl',
      'libcurl4',
      'libgmp10',
      'libgnutls30',
      'libhogweed6',
      'libidn2-0',
      'libldap-2.5-0',
      'libnettle8',
      'libnghttp2-14',
      'libp11-kit0',
      'libpsl5',
      'librtmp1',
      'libsasl2-2',
      'libssh2-1',
      'libtasn1-6',
      'libunistring2',
    ],
    files: /^bin\/curl$|^lib\/[^/]+\.so\b/,
    depends: ['krb5', 'libbrotli', 'libffi', 'libzlib', 'openssl', 'zstd'],
  },
  {
    name: 'glib',
    version: '2.74.6',
    debs: ['libblkid1', 'libglib2.0-0', 'libmount1', 'libselinux1'],
    files: /^bin\/|^lib\/[^/]+\.so\b/,
    place: (path) => path.replace(/^lib\/glib-2\.0\/(glib-compile-schemas)$/, 'bin/$1'),
    depends: ['libffi', 'libzlib', 'pcre2'],
    more: [
      text(
        'etc/conda/activate.d/glib_activate.sh',
        'export XDG_DATA_DIRS="$CONDA_PREFIX/share:/usr/local/share:/usr/share"\n',
      ),
      text('etc/conda/deactivate.d/glib_deactivate.sh', 'unset XDG_DATA_DIRS\n'),
    ],
  },
  {
    name: 'fontconfig',
    version: '2.14.1',
    debs: ['fonts-dejavu-core', 'libfontconfig1', 'libfreetype6', 'libpng16-16'],
    files: /^fonts\/DejaVuSansMono\.ttf$|^lib\/[^/]+\.so\b/,
    place: (path) => path.replace(/^share\/fonts\/truetype\/dejavu\//, 'fonts/'),
    depends: ['libbrotli', 'libexpat', 'libzlib'],
    more: [
      text(
        'etc/fonts/fonts.conf',
        `<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "urn:fontconfig:fonts.dtd">
<fontconfig>
  <dir>${buildPrefix}/fonts</dir>
  <cachedir>${buildPrefix}/var/cache/fontconfig</cachedir>
</fontconfig>
`,
        { placeholder: 'text' },
      ),
      // Debian's library has no other name of the file in it than /etc's.
      text(
        'etc/conda/activate.d/fontconfig_activate.sh',
        'export FONTCONFIG_FILE="$CONDA_PREFIX/etc/fonts/fonts.conf"\n',
      ),
      text('etc/conda/deactivate.d/fontconfig_deactivate.sh', 'unset FONTCONFIG_FILE\n'),
    ],
  },
  {
    name: 'cairo',
    version: '1.16.0',
    debs: [
      'libbsd0',
      'libcairo-gobject2',
      'libcairo2',
      'libmd0',
      'libpixman-1-0',
      'libx11-6',
      'libxau6',
      'libxcb-render0',
      'libxcb-shm0',
      'libxcb1',
      'libxdmcp6',
      'libxext6',
      'libxrender1',
    ],
    depends: ['fontconfig', 'glib', 'libzlib'],
  },
  {
    name: 'pango',
    version: '1.50.12',
    debs: [
      'libdatrie1',
      'libfribidi0',
      'libgraphite2-3',
      'libharfbuzz0b',
      'libpango-1.0-0',
      'libpangocairo-1.0-0',
      'libpangoft2-1.0-0',
      'libthai0',
    ],
    depends: ['cairo'],
  },
]
