import { isMap, type YAMLMap } from 'yaml'
import type { Subdir } from '../common/platform.ts'
import type { Lock } from './types.ts'
import { lockOf, mapsIn, openYaml, refuseWheel, textOf, textsIn, type YamlLock } from './yaml-lock.ts'

const versions = ['6', '7']

/**
 * Reads a pixi.lock of version 6 or 7 (rattler_lock's parse/deserialize.rs): environments name their packages by address, by
 * platform, sorted by address, and the packages' records stand behind all of them. In version 7 platforms have names, which are those
 * of conda unless the workspace gives others.
 * @param environment by its name in the workspace
 * @throws UserError with the line
 */
export function parsePixiLock(text: string, file: string, platform: Subdir, environment: string): Lock {
  const lock = openYaml(text, file)
  const version = textOf(lock.top, 'version') ?? '?'
  if (!versions.includes(version)) {
    throw lock.refuse(
      lock.top.get('version', true),
      `version ${version} of pixi's lockfile is not known here, only ${versions.join(' and ')}`,
      Number(version) < 6 ? 'Have pixi write it anew: `pixi lock`.' : 'Set this action to a newer version.',
    )
  }
  const records = new Map(
    mapsIn(lock.top.get('packages', true)).map((node) => [textOf(node, 'conda') ?? '', node]),
  )
  const packages = packagesFor(lock, environment, platform).map((entry) => {
    const url = textOf(entry, 'conda')
    if (url === undefined) {
      const wheel = textOf(entry, 'pypi')
      if (wheel !== undefined) throw refuseWheel(lock, entry, wheel.replace(/^.*\//, '') || wheel)
      throw lock.refuse(
        entry,
        `'${textOf(entry, 'conda_source') ?? 'an entry'}' is to be built from its source`,
        'Have it built and put into a channel.',
      )
    }
    if (!/^\w+:\/\//.test(url)) {
      throw lock.refuse(entry, `'${url}' is not in a channel`, 'Have it built and put into a channel.')
    }
    const node = records.get(url)
    if (!node) throw lock.refuse(entry, `there is no record of '${url}' under 'packages'`)
    return {
      node,
      url,
      sha256: textOf(node, 'sha256'),
      md5: textOf(node, 'md5'),
      depends: textsIn(node.get('depends', true)),
    }
  })
  return lockOf(lock, packages, platform)
}

function packagesFor(lock: YamlLock, name: string, platform: Subdir): YAMLMap[] {
  const environments = lock.top.get('environments')
  const names = isMap(environments) ? environments.items.map(({ key }) => String(key)) : []
  const environment = isMap(environments) ? environments.get(name) : undefined
  if (!isMap(environment)) {
    throw lock.refuse(
      lock.top,
      `there is no environment '${name}' in it`,
      `Set 'pixi-environment' to one of ${names.join(', ')}.`,
    )
  }
  const packages = environment.get('packages')
  const byPlatform = isMap(packages) ? packages.items.map(({ key }) => String(key)) : []
  const chosen = byPlatform.filter((key) => subdirOf(lock, key) === platform)
  const found = chosen.includes(platform) ? platform : chosen[0]
  if (!isMap(packages) || found === undefined) {
    throw lock.refuse(
      environment,
      `its environment '${name}' has nothing for ${platform}`,
      `It is for ${byPlatform.join(', ')}.`,
    )
  }
  if (chosen.length > 1 && found !== platform) {
    throw lock.refuse(packages, `several platforms of it are ${platform}: ${chosen.join(', ')}`)
  }
  return mapsIn(packages.get(found, true))
}

/** The conda subdir that a platform's name stands for. */
function subdirOf({ top }: YamlLock, name: string): string {
  const platform = mapsIn(top.get('platforms', true)).find((node) => textOf(node, 'name') === name)
  return (platform && textOf(platform, 'subdir')) ?? name
}
