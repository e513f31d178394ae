import { gitLoginProgram } from './git-login.ts'
import { grantsProgram } from './grants.ts'
import { networkProgram } from './network.ts'

/**
 * The program that asks pip, for python 3.7 and newer. It is given the path of a JSON file, see `Question`, and runs pip's own `install`
 * in this process, with what pip knows of the machine replaced by what is known of the target, as python sees it:
 *
 * - the environment markers, the supported tags and the version of python, so that nothing depends on where this runs and no option is
 *   needed that would rule out sdists (`--platform` and its kin want `--only-binary=:all:`);
 * - the search path: pip sees the distributions of the stub folder, and no others;
 * - the text of the environment file, in the place of which pip reads the lines of its `pip:` sections: relative paths mean what they mean
 *   to micromamba, which writes a file for pip beside it, and pip's messages name its lines;
 * - settings in the user's configuration that would change what is installed rather than where it comes from;
 * - what answers a host, by its place, from the credentials of the run; those for git by variables, not arguments;
 * - requests that fail, which are told with their addresses, and answers that come without end;
 * - the metadata of sources, which pip would build: code of packages does not run here. Where a source says its metadata itself, that is taken
 *   (PKG-INFO by PEP 643, pyproject.toml by PEP 621); what was built elsewhere is given; for all else pip stops, and the source is told.
 *
 * What happened is told in a file, a JSON object a line, see `PipEvent`.
 */
export const program = String.raw`
import collections, json, os, sys

with open(sys.argv[1], encoding="utf-8") as file:
    question = json.load(file)
events = open(question["events"], "a", encoding="utf-8", buffering=1)

def tell(event, **facts):
    events.write(json.dumps(dict(facts, event=event)) + "\n")

sys.path.insert(0, question["stubs"])
sys.path.insert(0, question["pip"])
import pip
del sys.path[0]
tell("pip", version=pip.__version__)

import logging
make_record = logging.getLogRecordFactory()

def text_of(record):
    for arg in record.args if isinstance(record.args, tuple) else ():
        if hasattr(arg, "__rich_console__"):
            import io
            from pip._vendor.rich.console import Console
            console = Console(file=io.StringIO(), width=120, color_system=None, emoji=False)
            console.print(arg)
            return console.file.getvalue()
    return record.getMessage()

asked_last = []
def told_record(*args, **kwargs):
    record = make_record(*args, **kwargs)
    if record.levelname == "CRITICAL" and record.exc_info:
        # pip's own end (base_command.py): it shows where in python that was.
        import traceback
        [*_, reason] = traceback.format_exception_only(*record.exc_info[:2])
        tell("crash", reason=reason.strip(), url=asked_last[0] if asked_last else None)
    if record.name.startswith("pip."):
        tell("log", level=record.levelname, text=text_of(record))
    return record

logging.setLogRecordFactory(told_record)

version = collections.namedtuple("version_info", "major minor micro releaselevel serial")(*question["version"])
assert version[:2] == sys.version_info[:2], "this python is not of the target's version"
sys.version_info = version

from pip._vendor.packaging import markers, tags
markers.default_environment = lambda: dict(question["markers"])
from pip._internal.utils import compatibility_tags
supported = [tags.Tag(*tag) for tag in question["tags"]]
compatibility_tags.get_supported = lambda *args, **kwargs: list(supported)

from pip._internal.cli.parser import ConfigOptionParser
configured = ConfigOptionParser._get_ordered_configuration_items
ConfigOptionParser._get_ordered_configuration_items = lambda self: [
    (key, value) for key, value in configured(self) if key in question["settings"]
]

from pip._internal.req import req_file
get_file_content = req_file.get_file_content
def file_content(url, *args, **kwargs):
    if url == question["file"]:
        return url, question["text"]
    return get_file_content(url, *args, **kwargs)
req_file.get_file_content = file_content

grants = question["grants"]
${grantsProgram}
${gitLoginProgram}
from pip._internal.vcs.git import Git
rev_and_auth = Git.get_url_rev_and_auth.__func__
with_login = set()
def git_url(cls, url):
    url, revision, user_pass = rev_and_auth(cls, url)
    parts = urllib.parse.urlsplit(url)
    if parts.scheme in ("http", "https"):
        login, _, host = parts.netloc.rpartition("@")
        bare = parts._replace(netloc=host).geturl()
        header = grant_for(bare)
        if login:
            user, _, password = (urllib.parse.unquote(part) for part in login.partition(":"))
            header = "Basic " + base64.b64encode((user + ":" + password).encode()).decode()
        if header and bare not in with_login:
            with_login.add(bare)
            give_git(bare, header)
        url = bare
    return url, revision, user_pass
Git.get_url_rev_and_auth = classmethod(git_url)

from pip._internal.exceptions import InstallationError
from pip._internal.vcs.versioncontrol import VersionControl
obtain = VersionControl.obtain
def obtained(self, dest, url, *args, **kwargs):
    parts = urllib.parse.urlsplit(url.secret)
    login = parts.netloc.rpartition("@")[0]
    over_http = parts.scheme.endswith(("http", "https"))
    if (":" in login or login and over_http) and not (self.name == "git" and over_http):
        raise InstallationError("%s would show the login of %s to all users of the machine." % (self.name, url))
    return obtain(self, dest, url, *args, **kwargs)
VersionControl.obtain = obtained

${networkProgram}
from pip._internal.index.package_finder import PackageFinder
pages = {}
find_all = PackageFinder.find_all_candidates
def found(self, name, *args, **kwargs):
    candidates = find_all(self, name, *args, **kwargs)
    pages.setdefault(canonical(name), sorted({page_of(candidate.link) for candidate in candidates} - {None}))
    return candidates
PackageFinder.find_all_candidates = found

def page_of(link):
    return link.comes_from if isinstance(link.comes_from, str) else getattr(link.comes_from, "url", None)

from pip._vendor.packaging.utils import canonicalize_name as canonical
from pip._internal.utils.direct_url_helpers import direct_url_from_link
from pip._internal.operations.prepare import RequirementPreparer
fetch_metadata = RequirementPreparer._fetch_metadata_only
def metadata_only(self, req):
    dist = fetch_metadata(self, req)
    if dist is not None:
        req.get_dist = lambda: dist
        if req.download_info is None:
            req.download_info = direct_url_from_link(req.link, req.source_dir)
    return dist
RequirementPreparer._fetch_metadata_only = metadata_only

prepare_more = RequirementPreparer.prepare_linked_requirements_more
def prepared_more(self, reqs, *args, **kwargs):
    # With its metadata and hash known, a wheel itself is not needed yet.
    reqs = list(reqs)
    for req in reqs:
        if req.needs_more_preparation and sha256_of(req):
            req.needs_more_preparation = False
    return prepare_more(self, [req for req in reqs if req.needs_more_preparation], *args, **kwargs)
RequirementPreparer.prepare_linked_requirements_more = prepared_more

def sha256_of(req):
    link = req.original_link or req.link
    known = dict(getattr(link, "_hashes", None) or {})
    if link.hash_name:
        known[link.hash_name] = link.hash
    if "sha256" not in known and req.local_file_path and os.path.isfile(req.local_file_path):
        import hashlib
        digest = hashlib.sha256()
        # It may be of gigabytes.
        with open(req.local_file_path, "rb") as archive:
            for block in iter(lambda: archive.read(1 << 20), b""):
                digest.update(block)
        known["sha256"] = digest.hexdigest()
    return known.get("sha256")

project_files = ("pyproject.toml", "setup.py")

class NeedsBuild(BaseException):
    pass

def source_of(req):
    # Of an editable one pip has the folder that it was cloned to, which is ours.
    cloned = req.editable and req.link.is_vcs
    download = direct_url_from_link(req.link, req.source_dir) if cloned else req.download_info
    return {
        "download": download.to_dict(),
        "editable": req.editable,
        "sha256": sha256_of(req) if req.link.is_file or not (req.link.is_vcs or req.link.is_existing_dir()) else None,
        "wheel": req.link.is_wheel,
        "requested": req.user_supplied,
        "direct": bool(req.original_link),
        "asked": asked(req),
        "settings": getattr(req, "config_settings", None) or {},
    }

def asked(req):
    above = req
    while above.comes_from is not None and not isinstance(above.comes_from, str):
        above = above.comes_from
    return above.comes_from

def key_of(source):
    download = source["download"]
    vcs = download.get("vcs_info", {})
    return json.dumps([download["url"], vcs.get("commit_id") or source["sha256"], download.get("subdirectory")])

def metadata_of(req):
    if not any(os.path.exists(os.path.join(req.unpacked_source_directory, name)) for name in project_files):
        raise InstallationError("%s does not appear to be a Python project: neither %s nor %s found." % ((req,) + project_files))
    source = source_of(req)
    key = key_of(source)
    built = question["built"].get(key)
    if built is not None:
        return built
    said = from_pkg_info(req) or from_pyproject(req)
    if said is None:
        name = req.name or os.path.basename(req.unpacked_source_directory.rstrip("/"))
        tell("needs-build", key=key, name=name, source=source)
        if not question["goesOn"]:
            raise NeedsBuild()
        said = guess(req)
    return said

def read(req, name):
    try:
        with open(os.path.join(req.unpacked_source_directory, name), encoding="utf-8", errors="replace") as file:
            return file.read()
    except OSError:
        return None

# Good enough to look further for what has to be built, where nothing is going to be.
def guess(req):
    import email
    text = read(req, "PKG-INFO")
    message = email.message_from_string(text or "")
    if message["Name"] and message["Version"]:
        return text
    project = os.path.basename(req.unpacked_source_directory.rstrip("/"))
    name = canonical(req.name or project).strip("-") or "project"
    stem = os.path.splitext(req.link.filename)[0].replace(".tar", "")
    version = stem[len(name) + 1:] if canonical(stem).startswith(name + "-") else ""
    try:
        from pip._vendor.packaging.version import Version
        Version(version)
    except ValueError:
        version = "0"
    return "Metadata-Version: 2.1\nName: %s\nVersion: %s\n" % (name, version)

def from_pkg_info(req):
    text = None if req.editable or req.link.is_vcs or req.link.is_existing_dir() else read(req, "PKG-INFO")
    if text is None:
        return None
    import email
    message = email.message_from_string(text)
    stated = [int(part) for part in message.get("Metadata-Version", "0").split(".") if part.isdigit()]
    dynamic = {name.strip().lower() for name in message.get_all("Dynamic") or ()}
    if stated < [2, 2] or dynamic & {"version", "requires-dist", "requires-python", "provides-extra"}:
        return None
    return text

def from_pyproject(req):
    text = read(req, "pyproject.toml")
    if text is None:
        return None
    try:
        import tomllib
    except ImportError:
        from pip._vendor import tomli as tomllib
    try:
        project = tomllib.loads(text).get("project", {})
        dynamic = set(project.get("dynamic", ()))
        if dynamic & {"version", "dependencies", "optional-dependencies", "requires-python"}:
            return None
        lines = ["Metadata-Version: 2.1", "Name: " + project["name"], "Version: " + project["version"]]
        if "requires-python" in project:
            lines.append("Requires-Python: " + project["requires-python"])
        lines += ["Requires-Dist: " + line for line in project.get("dependencies", ())]
        for extra, requirements in project.get("optional-dependencies", {}).items():
            lines.append("Provides-Extra: " + canonical(extra))
            lines += ["Requires-Dist: " + with_extra(line, canonical(extra)) for line in requirements]
        return "\n".join(lines) + "\n"
    except (AttributeError, KeyError, TypeError, ValueError):
        return None

def with_extra(line, extra):
    requirement, _, marker = line.partition(" ;") if "@" in line else line.partition(";")
    only = 'extra == "%s"' % extra
    return "%s ; %s" % (requirement.strip(), "(%s) and %s" % (marker.strip(), only) if marker.strip() else only)

from pip._internal.distributions.sdist import SourceDistribution
def prepared(self, *args, **kwargs):
    import email, tempfile
    req = self.req
    text = metadata_of(req)
    said = email.message_from_string(text)
    stem = "%s-%s" % (canonical(said["Name"]).replace("-", "_"), said["Version"])
    folder = os.path.join(tempfile.mkdtemp(), stem + ".dist-info")
    os.mkdir(folder)
    with open(os.path.join(folder, "METADATA"), "w", encoding="utf-8") as file:
        file.write(text)
    req.metadata_directory = folder
    if req.name:
        req.warn_on_mismatching_name()
    else:
        req._set_requirement()
    req.assert_source_matches_version()
SourceDistribution.prepare_distribution_metadata = prepared

from pip._internal.resolution.resolvelib.resolver import Resolver
resolve = Resolver.resolve
def told_resolve(self, *args, **kwargs):
    answer = resolve(self, *args, **kwargs)
    # Since pip 26 nothing is fetched for a dry run; but where the index knows no hash, it is that of what comes.
    without = [req for req in answer.all_requirements if req.needs_more_preparation and not sha256_of(req)]
    prepare_more(self.factory.preparer, without)
    items = []
    for req in self.get_installation_order(answer):
        dist = req.get_dist()
        source = source_of(req)
        link = req.original_link or req.link
        items.append(dict(
            name=req.name,
            version=str(dist.version),
            extras=sorted(req.extras) if req.user_supplied else [],
            yanked=(link.yanked_reason or "") if link.is_yanked else None,
            pages=pages.get(canonical(req.name), []),
            page=page_of(link),
            source=source,
            key=key_of(source),
        ))
    tell("resolved", items=items)
    return answer
Resolver.resolve = told_resolve

from pip._internal.cli.main import main
sys.exit(main(question["arguments"]))
`
