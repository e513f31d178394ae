import { isMap, type YAMLMap } from 'yaml'
import type { Subdir } from '../common/platform.ts'
import type { Lock } from './types.ts'
import {
  lockOf,
  mapsIn,
  openYaml,
  textOf,
  textsIn,
  withHash,
  type YamlLock,
  type YamlPackage,
  type YamlWheel,
} from './yaml-lock.ts'

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
  const records = mapsIn(lock.top.get('packages', true))
  const [ofConda, ofPypi] = ['conda', 'pypi'].map(
    (kind) => new Map(records.map((node) => [textOf(node, kind) ?? '', node])),
  )
  const packages: YamlPackage[] = []
  const wheels: YamlWheel[] = []
  for (const entry of packagesFor(lock, environment, platform)) {
    const wheel = textOf(entry, 'pypi')
    if (wheel === undefined) packages.push(readPackage(lock, entry, ofConda))
    else wheels.push(readWheel(recordOf(lock, entry, wheel, ofPypi), wheel))
  }
  return lockOf(lock, packages, wheels, platform)
}

type Records = ReadonlyMap<string, YAMLMap> | undefined

function recordOf(lock: YamlLock, entry: YAMLMap, url: string, records: Records): YAMLMap {
  const node = records?.get(url)
  if (!node) throw lock.refuse(entry, `there is no record of '${url}' under 'packages'`)
  return node
}

function readPackage(lock: YamlLock, entry: YAMLMap, records: Records): YamlPackage {
  const url = textOf(entry, 'conda')
  if (url === undefined) {
    throw lock.refuse(
      entry,
      `'${textOf(entry, 'conda_source') ?? 'an entry'}' is to be built from its source`,
      'Have it built and put into a channel.',
    )
  }
  if (!/^\w+:\/\//.test(url)) {
    throw lock.refuse(entry, `'${url}' is not in a channel`, 'Have it built and put into a channel.')
  }
  const node = recordOf(lock, entry, url, records)
  return {
    node,
    url,
    sha256: textOf(node, 'sha256'),
    md5: textOf(node, 'md5'),
    depends: textsIn(node.get('depends', true)),
  }
}

/** Which of them were asked for is in the manifest alone. */
function readWheel(node: YAMLMap, location: string): YamlWheel {
  const [name = '', sha256] = [textOf(node, 'name'), textOf(node, 'sha256')]
  const address = addressOf(location)
  return {
    node,
    name,
    address: sha256 !== undefined && !/^\w+\+/.test(address) ? withHash(address, sha256) : address,
    requested: false,
    direct: !/^https?:/.test(location),
  }
}

/**
 * What pixi calls `direct+https://…`, `git+https://…?rev=…#<commit>` and `./folder` (uv's and its own forms), as pip does.
 */
function addressOf(location: string): string {
  if (location.startsWith('direct+')) return location.slice('direct+'.length)
  const [, repository, query = '', commit] = /^(git\+[^?#]+)(?:\?([^#]*))?#(.*)$/.exec(location) ?? []
  if (repository !== undefined && commit !== undefined) {
    const asked = new URLSearchParams(query)
    const revision = asked.get('tag') ?? asked.get('branch') ?? asked.get('rev')
    const subdirectory = asked.get('subdirectory')
    const fragment = [
      ...(revision === null ? [] : [`revision=${encodeURIComponent(revision)}`]),
      ...(subdirectory === null ? [] : [`subdirectory=${encodeURIComponent(subdirectory)}`]),
    ].join('&')
    return `${repository}@${commit}${fragment === '' ? '' : `#${fragment}`}`
  }
  if (location.startsWith('/')) return `file://${location}`
  return /^[a-z][a-z0-9+.-]+:/i.test(location) ? location : `file:${location}`
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
