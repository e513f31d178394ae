/** Activation scripts as packages have them, and what those in a test's prefix need. */

/** Keeps what the user had, then points at the data of the package when it is there. */
const gdal = `#!/bin/bash

# Keep what was set before, for deactivation.
if [[ -n "$GDAL_DATA" ]]; then
  export _BEFORE_GDAL_DATA=$GDAL_DATA
fi
if [[ -n "$GDAL_DRIVER_PATH" ]]; then
  export _BEFORE_GDAL_DRIVER_PATH=$GDAL_DRIVER_PATH
fi

if [ -d $CONDA_PREFIX/share/gdal ]; then
  export GDAL_DATA=$CONDA_PREFIX/share/gdal
elif [ -d $CONDA_PREFIX/Library/share/gdal ]; then
  export GDAL_DATA=$CONDA_PREFIX/Library/share/gdal
fi

if [[ -d "$CONDA_PREFIX/lib/gdalplugins" ]]; then
  export GDAL_DRIVER_PATH="$CONDA_PREFIX/lib/gdalplugins"
else
  unset GDAL_DRIVER_PATH
fi
export CPL_ZIP_ENCODING=UTF-8
`

const proj = `#!/bin/sh
if [ -n "\${PROJ_DATA:-}" ]; then
    export _BEFORE_PROJ_DATA="\${PROJ_DATA}"
fi
if [ -d "\${CONDA_PREFIX}/share/proj" ]; then
    export PROJ_DATA="\${CONDA_PREFIX}/share/proj"
fi
# The network is for those who have not got the grids.
if [ -f "\${CONDA_PREFIX}/share/proj/all-grids.txt" ]; then
    export PROJ_NETWORK="OFF"
else
    export PROJ_NETWORK="ON"
fi
`

const openjdk = `export JAVA_HOME_BEFORE="\${JAVA_HOME:-}"
export JAVA_HOME="\${CONDA_PREFIX}/lib/jvm"
export JAVA_LD_LIBRARY_PATH_BEFORE=\${JAVA_LD_LIBRARY_PATH:-}
export JAVA_LD_LIBRARY_PATH=$JAVA_HOME/lib/server
`

const geotiff = `if test -n "$GEOTIFF_CSV" ; then
  export _BEFORE_GEOTIFF_CSV="$GEOTIFF_CSV"
fi
test -d "$CONDA_PREFIX/share/epsg_csv" && export GEOTIFF_CSV="$CONDA_PREFIX/share/epsg_csv"
[ -n "\${GEOTIFF_CSV-}" ] || { export GEOTIFF_CSV=$CONDA_PREFIX/share/libgeotiff; }
`

const udunits2 = `: "\${UDUNITS2_XML_PATH:=$CONDA_PREFIX/share/udunits/udunits2.xml}"
export UDUNITS2_XML_PATH
`

const path = `export PATH="$CONDA_PREFIX/libexec:\${PATH:+:$PATH}"
`

const quiet = `unset EARLIER 2>/dev/null || true
TITLE='it'"'"'s' ; export TITLE
! [ "$TITLE" = its ] && export IS_QUOTED=yes >/dev/null 2>&1
`

/** By the name of the package whose script they are like; each can be evaluated. */
export const staticScripts: Readonly<Record<string, string>> = {
  gdal,
  proj,
  openjdk,
  geotiff,
  udunits2,
  path,
  quiet,
}

/** Goes through words, which takes a shell. */
export const libxml2 = `#!/bin/sh
if test -n "\${XML_CATALOG_FILES:-}"; then
    xml_catalog_files_before="\${XML_CATALOG_FILES}"
else
    xml_catalog_files_before=""
fi

catalogs=""
for directory in \${CONDA_PREFIX}; do
    catalogs="\${catalogs} file://\${directory}/etc/xml/catalog"
done
export XML_CATALOG_FILES="\${catalogs}"
unset catalogs
`

/** Directories end in a slash. */
export const prefixContent = [
  'share/gdal/',
  'share/proj/proj.db',
  'share/epsg_csv/',
  'lib/jvm/',
  'share/udunits/udunits2.xml',
]
