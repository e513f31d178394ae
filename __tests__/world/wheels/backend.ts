/**
 * A build backend (PEP 517) that lies in the source itself, so that building needs nothing from an index: it packs `NAME.py` and, where there
 * is a `NAME.c`, the extension module that the compiler `cc`, or the variable CC, makes of it.
 */
export const buildBackend = `import base64, hashlib, os, subprocess, sys, sysconfig, tempfile, zipfile

name, version = open("NAME").read().split()[:2]
requires = open("REQUIRES").read().split("\\n") if os.path.exists("REQUIRES") else []

def metadata():
    lines = ["Metadata-Version: 2.1", "Name: " + name, "Version: " + version]
    return "\\n".join(lines + ["Requires-Dist: " + line for line in requires if line]) + "\\n"

def files():
    if os.path.exists(name + ".py"):
        yield name + ".py", open(name + ".py", "rb").read()
    if os.path.exists(name + ".c"):
        with tempfile.TemporaryDirectory() as folder:
            made = os.path.join(folder, "extension.so")
            include = "-I" + sysconfig.get_paths()["include"]
            compiler = os.environ.get("CC", "cc").split()
            subprocess.run(compiler + ["-shared", "-fPIC", include, "-o", made, name + ".c"], check=True)
            yield name + sysconfig.get_config_var("EXT_SUFFIX"), open(made, "rb").read()

def tag():
    if not os.path.exists(name + ".c"):
        return "py3-none-any"
    own = "cp%d%d" % sys.version_info[:2]
    return "-".join([own, own, sysconfig.get_platform().replace("-", "_").replace(".", "_")])

def prepare_metadata_for_build_wheel(folder, settings=None):
    info = "%s-%s.dist-info" % (name, version)
    os.mkdir(os.path.join(folder, info))
    with open(os.path.join(folder, info, "METADATA"), "w") as file:
        file.write(metadata())
    return info

def build_wheel(folder, settings=None, metadata_directory=None):
    info = "%s-%s.dist-info/" % (name, version)
    pure = "true" if tag().endswith("-any") else "false"
    wheel = "Wheel-Version: 1.0\\nGenerator: in-tree\\nRoot-Is-Purelib: %s\\nTag: %s\\n" % (pure, tag())
    if settings:
        files_of_settings = [(name + "_settings.txt", repr(sorted(settings.items())).encode())]
    else:
        files_of_settings = []
    members = list(files()) + files_of_settings + [(info + "METADATA", metadata().encode()), (info + "WHEEL", wheel.encode())]
    digest = lambda content: base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()
    rows = ["%s,sha256=%s,%d\\n" % (path, digest(content), len(content)) for path, content in members]
    members.append((info + "RECORD", "".join(rows + [info + "RECORD,,\\n"]).encode()))
    file_name = "%s-%s-%s.whl" % (name, version, tag())
    with zipfile.ZipFile(os.path.join(folder, file_name), "w") as archive:
        for path, content in members:
            archive.writestr(zipfile.ZipInfo(path, (1980, 1, 1, 0, 0, 0)), content)
    return file_name
`

const pyproject = '[build-system]\nrequires = []\nbuild-backend = "in_tree_backend"\nbackend-path = ["."]\n'

/** The files of a project that is built by the backend in it. */
export function sourceFiles(
  name: string,
  version: string,
  files: Readonly<Record<string, string>>,
  requires: readonly string[] = [],
): Record<string, string> {
  return {
    'pyproject.toml': pyproject,
    'in_tree_backend.py': buildBackend,
    NAME: `${name} ${version}\n`,
    ...(requires.length > 0 && { REQUIRES: requires.map((line) => `${line}\n`).join('') }),
    ...files,
  }
}
