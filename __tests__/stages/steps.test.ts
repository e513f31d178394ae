import { Readable } from 'node:stream'
import { expect, test } from '@jest/globals'
import { digestOf } from '../../src/common/digest.ts'
import { UserError } from '../../src/common/errors.ts'
import { parsePlatform } from '../../src/common/platform.ts'
import type { Executors } from '../../src/execute/executors.ts'
import type { Workroom } from '../../src/execute/types.ts'
import type { Image, ImageLayer } from '../../src/oci/image.ts'
import { createSteps } from '../../src/stages/steps.ts'

const user = { uid: 57439, gid: 57439 }

function layer(name: string): ImageLayer {
  return {
    descriptor: { mediaType: 'application/octet-stream', digest: digestOf(name), size: name.length },
    diffId: digestOf(name),
    createdBy: name,
    from: 'built',
    open: () => Promise.resolve(Readable.from([])),
  }
}

const named = (names: string) => names.split(' ').map(layer)
const base = { layers: named('debian'), platform: parsePlatform('linux/amd64') }
const nothing = { descriptor: layer('nothing').descriptor, bytes: Buffer.from('nothing') }
const namesOf = (layers: readonly ImageLayer[]) => layers.map(({ createdBy }) => createdBy).join(' ')

/** Executors that write down what is done, fail where the layer `broken` is laid for the first time, and lay `endless` until they are closed. */
function recorder() {
  const done: string[] = []
  let isBroken = true
  const lay = (verb: string, layers: readonly ImageLayer[]) => {
    done.push(`${verb} ${namesOf(layers)}`)
    if (!isBroken || !layers.some(({ createdBy }) => createdBy === 'broken')) return
    isBroken = false
    throw new UserError('no room')
  }
  const room = (layers: readonly ImageLayer[]): Promise<Workroom> => {
    lay('open', layers)
    const closed = Promise.withResolvers<never>()
    closed.promise.catch(() => undefined)
    return Promise.resolve({
      executor: 'a recorder',
      add: async (more) => {
        await new Promise(setImmediate)
        if (more.length > 0) lay('add', more)
        if (more.some(({ createdBy }) => createdBy === 'endless')) await closed.promise
      },
      run: () => Promise.reject(new Error('nothing is run')),
      pack: () => Promise.reject(new Error('nothing is packed')),
      close: () => {
        done.push('close')
        closed.reject(new Error('closed'))
        return Promise.resolve()
      },
    })
  }
  const executors: Executors = {
    check: () => Promise.resolve(),
    open: ({ layers }) => room(layers),
    begin: ({ layers }) => room(layers),
  }
  return { done, executors }
}

const earlier = { exclude: [], find: () => Promise.resolve(new Map<string, ImageLayer>()) }

function begin() {
  const { done, executors } = recorder()
  const steps = createSteps(base, earlier, { compression: 'zstd', directory: '/nowhere' }, { executors })
  const foresee = (names: string) => {
    for (const one of named(names)) steps.foresee(one)
  }
  const visit = async (names: string) => {
    const image: Image = {
      ...base,
      layers: [...base.layers, ...named(names)],
      manifest: nothing,
      config: nothing,
    }
    const run = () => {
      done.push('run')
      return Promise.resolve()
    }
    await steps.visit({ user, run }, image, 'a test')
  }
  return { done, steps, foresee, visit }
}

test('nothing is laid before it is begun', async () => {
  const { done, steps, foresee } = begin()
  foresee('python numpy')
  await steps.close()
  expect(done).toEqual([])
})

test('what is foreseen is laid as it comes, and the first step adds the rest', async () => {
  const { done, steps, foresee, visit } = begin()
  foresee('python')
  steps.begin(user, 'a test')
  steps.begin(user, 'a test')
  await new Promise(setImmediate)
  foresee('numpy scipy')
  await visit('python numpy scipy wiring')
  await steps.close()
  expect(done).toEqual(['open debian python', 'add numpy scipy', 'add wiring', 'run', 'close'])
})

test.each([
  {
    what: 'where an image has come to something else, it is laid anew',
    told: 'python numpy',
    image: 'python scipy',
  },
  {
    what: 'what goes wrong ahead is said by the first step, if it does so again',
    told: 'python broken',
    image: 'python broken',
  },
])('$what', async ({ told, image }) => {
  const { done, steps, foresee, visit } = begin()
  steps.begin(user, 'a test')
  foresee(told)
  await visit(image)
  await steps.close()
  expect(done).toEqual(['open debian', `add ${told}`, 'close', `open debian ${image}`, 'run', 'close'])
})

test('the end does not wait for what is being laid', async () => {
  const { done, steps, foresee } = begin()
  steps.begin(user, 'a test')
  foresee('endless')
  await new Promise(setImmediate)
  await new Promise(setImmediate)
  foresee('python')
  await steps.close()
  expect(done).toEqual(['open debian', 'add endless', 'close'])
})

test('the end waits for a room that is being opened, and closes it', async () => {
  const { done, steps, foresee } = begin()
  steps.begin(user, 'a test')
  foresee('python')
  await steps.close()
  expect(done).toEqual(['open debian', 'close'])
})
