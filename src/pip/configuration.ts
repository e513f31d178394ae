import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { settings, variableOf } from './settings.ts'

/**
 * What the user's configuration files of pip set of the settings that are taken over, as the variables that would set the same: for who
 * runs pip where these files are not.
 * @param variables the user's: `PIP_CONFIG_FILE`, and what leads to the other files
 */
export async function configuredVariables(
  variables: Readonly<NodeJS.ProcessEnv>,
): Promise<Record<string, string>> {
  const texts = await Promise.all(
    configurationFiles(variables).map((file) => readFile(file, 'utf8').catch(() => '')),
  )
  const files = texts.map(parseConfiguration)
  // Of a command's own section each setting goes before that of all commands, in whichever file (parser.py, `_get_ordered_configuration_items`).
  const found = new Map(
    ['global', 'install'].flatMap((section) => files.flatMap((file) => [...(file.get(section) ?? [])])),
  )
  return Object.fromEntries(
    settings.flatMap((name) => {
      const value = found.get(name)
      return value === undefined ? [] : [[variableOf(name), value]]
    }),
  )
}

/** In the order in which pip reads them, each over those before it (configuration.py, `iter_config_files`). */
function configurationFiles(variables: Readonly<NodeJS.ProcessEnv>): string[] {
  const { PIP_CONFIG_FILE: own, HOME: home = homedir() } = variables
  if (own === '/dev/null') return []
  const support = 'Library/Application Support/pip'
  const isMac = process.platform === 'darwin'
  const all = isMac
    ? [`/${support}`]
    : [
        ...(variables['XDG_CONFIG_DIRS'] || '/etc/xdg').split(':').map((folder) => join(folder, 'pip')),
        '/etc',
      ]
  const user =
    isMac && existsSync(join(home, support))
      ? join(home, support)
      : join(variables['XDG_CONFIG_HOME'] || join(home, '.config'), 'pip')
  const ofUser = own !== undefined && existsSync(own) ? [] : [join(home, '.pip'), user]
  return [
    ...[...all, ...ofUser].map((folder) => join(folder, 'pip.conf')),
    ...(own === undefined ? [] : [own]),
  ]
}

/** As python's configparser reads it, without interpolation: values by sections, those of several lines with line ends in them. */
function parseConfiguration(text: string): ReadonlyMap<string, ReadonlyMap<string, string>> {
  const sections = new Map<string, Map<string, string>>()
  let section: Map<string, string> | undefined
  let name: string | undefined
  for (const line of text.split(/\r?\n/)) {
    if (/^\s*([#;]|$)/.test(line)) continue
    const [, title] = /^\[(.+)\]/.exec(line) ?? []
    const [, key, value = ''] = /^([^\s=:][^=:]*?)\s*[=:]\s*(.*?)\s*$/.exec(line) ?? []
    if (title !== undefined) {
      section = sections.get(title) ?? new Map<string, string>()
      sections.set(title, section)
      name = undefined
    } else if (/^\s/.test(line)) {
      if (name !== undefined) section?.set(name, `${section.get(name) ?? ''}\n${line.trim()}`)
    } else if (key !== undefined) {
      // configuration.py, `_normalize_name`
      name = key.toLowerCase().replaceAll('_', '-').replace(/^--/, '')
      section?.set(name, value)
    }
  }
  return sections
}
