import { buildPrefix, script, text } from '../../recipe.ts'
import type { Repackaging } from './from-debian.ts'

/** Packages whose scripts make caches of what lies in the prefix: the same ones as often as they run. */

/** As small as draws a PNG: with one way of layout, and cairo and pango. */
const graphviz: Repackaging = {
  name: 'graphviz',
  version: '2.42.2',
  debs: ['graphviz', 'libcdt5', 'libcgraph6', 'libgvc6', 'libltdl7', 'libpathplan4'],
  files: /^bin\/dot$|^lib\/[^/]+\.so\b|^lib\/graphviz\/libgvplugin_(?:core|dot_layout|pango)\.so\b/,
  // Debian makes its own configuration when it installs the package, by a program that is called so.
  place: (path) =>
    path === 'sbin/libgvc6-config-update' ? 'bin/dot' : path === 'bin/dot' ? undefined : path,
  depends: ['libexpat', 'libzlib', 'pango'],
  more: [
    script(
      'bin/.graphviz-post-link.sh',
      `#!/bin/bash
# The plugins that there are, unless somebody has listed them.
if ! ls "$PREFIX"/lib/graphviz/config* >/dev/null 2>&1; then
  "$PREFIX/bin/dot" -c >/dev/null 2>&1 || true
fi
`,
    ),
  ],
}

const loaders = 'lib/gdk-pixbuf-2.0/2.10.0/loaders'

const gdkPixbuf: Repackaging = {
  name: 'gdk-pixbuf',
  version: '2.42.10',
  debs: ['libgdk-pixbuf-2.0-0', 'libgdk-pixbuf2.0-bin'],
  files: /^(?:bin|libexec)\/gdk-pixbuf-|^lib\/[^/]+\.so\b|\/libpixbufloader-(?:bmp|gif|pnm|xpm)\.so$/,
  place: (path) => path.replace(/^lib\/gdk-pixbuf-2\.0\/(gdk-pixbuf-query-loaders)$/, 'libexec/$1'),
  depends: ['fontconfig', 'glib', 'libjpeg-turbo'],
  more: [
    // What Debian compiled in is no longer where anything is.
    script(
      'bin/gdk-pixbuf-query-loaders',
      `#!/bin/sh
export GDK_PIXBUF_MODULEDIR=${buildPrefix}/${loaders}
export GDK_PIXBUF_MODULE_FILE=${buildPrefix}/${loaders}.cache
exec ${buildPrefix}/libexec/gdk-pixbuf-query-loaders "$@"
`,
    ),
    text(
      'etc/conda/activate.d/gdk-pixbuf_activate.sh',
      `export GDK_PIXBUF_MODULE_FILE="$CONDA_PREFIX/${loaders}.cache"\n`,
    ),
    text('etc/conda/deactivate.d/gdk-pixbuf_deactivate.sh', 'unset GDK_PIXBUF_MODULE_FILE\n'),
    // Of shared-mime-info, what files are known by: gdk-pixbuf asks glib what it has before it.
    text('share/mime/globs2', '50:image/png:*.png\n50:image/svg+xml:*.svg\n'),
    {
      type: 'file',
      path: 'share/mime/magic',
      content: Buffer.from(
        'MIME-Magic\0\n[50:image/png]\n>0=\0\x04\x89PNG\n[80:image/svg+xml]\n>0=\0\x04<svg+256\n',
        'latin1',
      ),
    },
    script(
      'bin/.gdk-pixbuf-post-link.sh',
      `#!/bin/bash
"$PREFIX/bin/gdk-pixbuf-query-loaders" --update-cache
`,
    ),
  ],
}

const librsvg: Repackaging = {
  name: 'librsvg',
  version: '2.54.7',
  debs: ['librsvg2-2', 'librsvg2-common'],
  files: /^lib\/[^/]+\.so\b|\/libpixbufloader-svg\.so$/,
  depends: ['gdk-pixbuf', 'libxml2', 'pango'],
  more: [
    script(
      'bin/.librsvg-post-link.sh',
      `#!/bin/bash
# The loaders are more by one.
"$PREFIX/bin/.gdk-pixbuf-post-link.sh"
`,
    ),
    script(
      'bin/.librsvg-pre-unlink.sh',
      `#!/bin/bash
rm -f "$PREFIX/${loaders}/libpixbufloader-svg.so"
"$PREFIX/bin/.gdk-pixbuf-post-link.sh"
`,
    ),
  ],
}

const onePixel = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
)

/** Of GTK no more than its script needs, which is nearly all. */
const gtk3: Repackaging = {
  name: 'gtk3',
  version: '3.24.38',
  debs: [
    'gtk-update-icon-cache',
    'hicolor-icon-theme',
    'libatk-bridge2.0-0',
    'libatk1.0-0',
    'libatspi2.0-0',
    'libcap2',
    'libdbus-1-3',
    'libepoxy0',
    'libgcrypt20',
    'libgpg-error0',
    'libgtk-3-0',
    'libgtk-3-common',
    'liblz4-1',
    'libsystemd0',
    'libwayland-client0',
    'libwayland-cursor0',
    'libwayland-egl1',
    'libxcomposite1',
    'libxcursor1',
    'libxdamage1',
    'libxfixes3',
    'libxi6',
    'libxinerama1',
    'libxkbcommon0',
    'libxrandr2',
  ],
  files:
    /^bin\/gtk-update-icon-cache$|^libexec\/|^lib\/[^/]+\.so\b|^lib\/gtk-3\.0\/|^share\/(?:glib-2\.0\/schemas|icons\/hicolor)\//,
  place: (path) => path.replace(/^lib\/libgtk-3-0\/(gtk-query-immodules-3\.0)$/, 'libexec/$1'),
  depends: ['gdk-pixbuf', 'liblzma', 'pango', 'zstd'],
  more: [
    script(
      'bin/gtk-query-immodules-3.0',
      `#!/bin/sh
export GTK_EXE_PREFIX=${buildPrefix}
exec ${buildPrefix}/libexec/gtk-query-immodules-3.0 "$@"
`,
    ),
    ...['16x16', '48x48'].map((size) => ({
      type: 'file' as const,
      path: `share/icons/hicolor/${size}/apps/testworld.png`,
      content: onePixel,
    })),
    text(
      'share/icons/hicolor/scalable/apps/testworld.svg',
      '<svg xmlns="http://www.w3.org/2000/svg" width="8" height="8"><circle cx="4" cy="4" r="3"/></svg>\n',
    ),
    script(
      'bin/.gtk3-post-link.sh',
      `#!/bin/bash
"$PREFIX/bin/glib-compile-schemas" "$PREFIX/share/glib-2.0/schemas" \\
  && "$PREFIX/bin/gtk-update-icon-cache" -f -t "$PREFIX/share/icons/hicolor" \\
  && "$PREFIX/bin/gtk-query-immodules-3.0" >"$PREFIX/lib/gtk-3.0/3.0.0/immodules.cache"
`,
    ),
  ],
}

export const drawing: readonly Repackaging[] = [graphviz, gdkPixbuf, librsvg, gtk3]
