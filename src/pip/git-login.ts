/**
 * How git gets a login: from a credential helper for the repository alone, which git asks when a server wants one. A header
 * (`http.<url>.extraHeader`) would be shown to whatever host the first answer leads to; helpers are chosen by where git is then, and curl
 * shows no other host what they said. With `.git` behind it is where GitLab leads.
 *
 * All of it is in variables, configuration too (git-config(1), GIT_CONFIG_COUNT). git gives the helper's text to a shell as an argument, so
 * that the login is in variables of its own, with a number, since there may be several.
 */

/** Configuration for git, and the variables that it speaks of. */
interface GitLogin {
  readonly settings: readonly (readonly [key: string, value: string])[]
  readonly variables: Readonly<Record<string, string>>
}

/** See gitcredentials(7), "Custom helpers"; a number takes the place of NUMBER. */
const helper = String.raw`!f() { test "$1" = get || exit 0; printf 'username=%s\npassword=%s\n' "$MICROMAMBA_IMAGE_GIT_USER_NUMBER" "$MICROMAMBA_IMAGE_GIT_PASSWORD_NUMBER"; }; f`

/** A login that a helper can tell: its answer has a line for each part, and git takes no empty name. */
const speakable = String.raw`^([^:\r\n\0]+):([^\r\n\0]*)$`

/**
 * @param repository its address, without credentials
 * @param authorization as in the header of that name
 */
export function gitLogin(repository: string, authorization: string, number: number): GitLogin {
  const bare = repository.replace(/\/+$/, '')
  const [kind, encoded = ''] = authorization.split(' ', 2)
  const login = kind === 'Basic' ? Buffer.from(encoded, 'base64').toString() : ''
  const [, user, password = ''] = new RegExp(speakable).exec(login) ?? []
  if (user === undefined) {
    return {
      settings: [
        [`http.${bare}.extraHeader`, `Authorization: ${authorization}`],
        [`http.${bare}.followRedirects`, 'false'],
      ],
      variables: {},
    }
  }
  const own = helper.replaceAll('NUMBER', String(number))
  return {
    settings: [
      // An empty one takes back those before it, which would be told what to keep.
      ...[bare, `${bare}.git`].flatMap((address) =>
        ['', own].map((value) => [`credential.${address}.helper`, value] as const),
      ),
      // By itself git follows the first answer alone, and GitHub leads from a repository's old name once it is shown a login.
      [`http.${bare}.followRedirects`, 'true'],
    ],
    variables: {
      [`MICROMAMBA_IMAGE_GIT_USER_${number}`]: user,
      [`MICROMAMBA_IMAGE_GIT_PASSWORD_${number}`]: password,
    },
  }
}

/** The same in python, as a part of programs: for git as this process runs it. */
export const gitLoginProgram = String.raw`
import base64, re
def give_git(repository, authorization):
    bare = repository.rstrip("/")
    count = int(os.environ.get("GIT_CONFIG_COUNT", "0"))
    kind, _, encoded = authorization.partition(" ")
    login = re.fullmatch(r"${speakable}", base64.b64decode(encoded).decode() if kind == "Basic" else "")
    if login is None:
        settings = [("http.%s.extraHeader", "Authorization: " + authorization), ("http.%s.followRedirects", "false")]
    else:
        os.environ["MICROMAMBA_IMAGE_GIT_USER_%d" % count], os.environ["MICROMAMBA_IMAGE_GIT_PASSWORD_%d" % count] = login.groups()
        own = r"""${helper}""".replace("NUMBER", str(count))
        settings = [("credential.%s" + end, value) for end in (".helper", ".git.helper") for value in ("", own)]
        settings.append(("http.%s.followRedirects", "true"))
    for number, (key, value) in enumerate(settings, count):
        os.environ["GIT_CONFIG_KEY_%d" % number] = key % bare
        os.environ["GIT_CONFIG_VALUE_%d" % number] = value
    os.environ["GIT_CONFIG_COUNT"] = str(count + len(settings))
`

/**
 * What to do where git cannot get a repository.
 * @param said in English
 */
export function adviceForGit(said: string, repository: string): string {
  if (/returned error: 30\d|HTTP 30\d|unable to update url base from redirection/.test(said)) {
    return 'It leads elsewhere, and the login is for this address alone: use the address that it leads to.'
  }
  const [, asking] = /could not read Username for '([^']*)'/.exec(said) ?? []
  if (asking !== undefined && !repository.startsWith(`${asking}/`)) {
    return 'It leads to another host, or has a submodule there, and no login of this host is shown to that one: use the address that it leads to, with a login for it.'
  }
  if (said.includes('Authentication failed for')) {
    return 'Check the login, and the address: where it leads to another host, that one is not shown the login.'
  }
  return 'Check the address, and whether it is private: the inputs auth-host, auth-username and auth-password open it.'
}
