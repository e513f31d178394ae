import { isMap, type YAMLMap } from 'yaml'
import * as core from '@actions/core'
import type { Subdir } from '../common/platform.ts'
import type { Lock } from './types.ts'
import { lockOf, mapsIn, openYaml, textOf, textsIn, withHash, type YamlWheel } from './yaml-lock.ts'

/**
 * Reads a conda-lock.yml of version 1 (conda-lock's lockfile/v1/models.py): a list of packages for all platforms, sorted by name. As
 * micromamba does, it takes the category `main` and leaves the others out, which the log says.
 * @throws UserError with the line
 */
export function parseCondaLock(text: string, file: string, platform: Subdir): Lock {
  const lock = openYaml(text, file)
  const version = textOf(lock.top, 'version')
  if (version !== '1') {
    throw lock.refuse(
      lock.top.get('version', true),
      `version ${version ?? '?'} of conda-lock's format is not known here, only 1`,
    )
  }
  const all = mapsIn(lock.top.get('package', true))
  const metadata = lock.top.get('metadata')
  const platforms = isMap(metadata)
    ? textsIn(metadata.get('platforms', true))
    : all.flatMap((node) => textOf(node, 'platform') ?? [])
  if (!platforms.includes(platform)) {
    throw lock.refuse(
      lock.top,
      `it has nothing for ${platform}`,
      `It is for ${[...new Set(platforms)].join(', ')}.`,
    )
  }
  const ofPlatform = all.filter((node) => textOf(node, 'platform') === platform)
  const main = ofPlatform.filter((node) => (textOf(node, 'category') ?? 'main') === 'main')
  const left = new Set(ofPlatform.flatMap((node) => textOf(node, 'category') ?? []))
  left.delete('main')
  if (left.size > 0) core.info(`${file}: packages of the categories ${[...left].join(', ')} are left out`)

  const other = main.find((node) => !['conda', 'pip'].includes(textOf(node, 'manager') ?? ''))
  if (other) throw lock.refuse(other, `'${textOf(other, 'manager') ?? ''}' is no manager that is known here`)
  const forPip = main.filter((node) => textOf(node, 'manager') === 'pip')
  const forConda = main.filter((node) => !forPip.includes(node))
  const packages = forConda.map((node) => {
    const [hash, dependencies] = [node.get('hash'), node.get('dependencies')]
    return {
      node,
      url: textOf(node, 'url') ?? '',
      ...(isMap(hash) && { sha256: textOf(hash, 'sha256'), md5: textOf(hash, 'md5') }),
      depends: isMap(dependencies) ? dependencies.items.map(({ key }) => String(key)) : [],
    }
  })
  return lockOf(lock, packages, forPip.map(readWheel), platform)
}

/**
 * Whatever they came from, conda-lock and micromamba have pip install them by their addresses, all of them asked for. The hash of a
 * repository is its commit, which the address has too.
 */
function readWheel(node: YAMLMap): YamlWheel {
  const [url, hash] = [textOf(node, 'url') ?? '', node.get('hash')]
  const sha256 = isMap(hash) && !/^\w+\+/.test(url) ? textOf(hash, 'sha256') : undefined
  return {
    node,
    name: textOf(node, 'name') ?? '',
    address: sha256 ? withHash(url, sha256) : url,
    requested: true,
    direct: true,
  }
}
