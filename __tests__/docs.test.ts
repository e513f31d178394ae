import { existsSync, globSync, readFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { parse } from 'yaml'

/** The project's top: the tests are run from there. */
const top = process.cwd()

const read = (path: string) => readFileSync(join(top, path), 'utf8')
const find = (pattern: string) => globSync(pattern, { cwd: top }).sort()

interface ActionFile {
  readonly inputs: Readonly<Record<string, unknown>>
  readonly outputs: Readonly<Record<string, unknown>>
}
// They are ours.
const action = parse(read('action.yml')) as ActionFile
const refresh = parse(read('refresh/action.yml')) as ActionFile
const ownAction = /^org\/micromamba-image-action(\/refresh)?@v\d+$/

/** The names in the first column of the table below a heading of a page. */
function namesInTable(heading: string, page = 'README.md'): string[] {
  const [, section = ''] = read(page).split(`\n## ${heading}\n`)
  const [table = ''] = section.split('\n## ')
  return table
    .split('\n')
    .filter((line) => line.startsWith('| `'))
    .flatMap((line) => [...(line.split('|')[1] ?? '').matchAll(/`([^`]+)`/g)].map(([, name = '']) => name))
}

describe('README and action.yml', () => {
  test('have the same inputs', () => {
    expect(namesInTable('Inputs').sort()).toEqual(Object.keys(action.inputs).sort())
  })

  test('have the same outputs', () => {
    expect(namesInTable('Outputs').sort()).toEqual(Object.keys(action.outputs).sort())
  })
})

describe('docs/refresh.md and refresh/action.yml', () => {
  // An image and a pull request both have labels.
  const isShared = (name: string) => name in action.inputs && name !== 'labels'
  const ownInputs = Object.keys(refresh.inputs).filter((name) => !isShared(name))
  const shared = Object.keys(refresh.inputs).filter(isShared)

  test('have the same inputs and outputs', () => {
    expect(namesInTable('Inputs', 'docs/refresh.md').sort()).toEqual(ownInputs.sort())
    expect(namesInTable('Outputs', 'docs/refresh.md').sort()).toEqual(Object.keys(refresh.outputs).sort())
  })

  test('name the inputs that are those of the action itself, with its words and defaults', () => {
    const page = read('docs/refresh.md')
    for (const name of shared) {
      expect(page).toContain(`\`${name}\``)
      expect(refresh.inputs[name]).toEqual(action.inputs[name])
    }
  })
})

const pages = find('{*.md,docs/**/*.md,examples/**/*.md}')

test.each(pages)('%s: relative links lead to files', (page) => {
  const targets = [...read(page).matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, target = '']) => target)
    .filter((target) => !/^[a-z]+:/.test(target))
  const broken = targets.filter((target) => {
    const [path = '', heading] = target.split('#')
    const file = path === '' ? page : join(dirname(page), path)
    return !existsSync(join(top, file)) || (heading !== undefined && !anchors(file).includes(heading))
  })
  expect(broken).toEqual([])
})

/** As GitHub makes them of headings. */
function anchors(page: string): string[] {
  return [...read(page).matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replace(/[^\w\- ]/g, '')
      .replaceAll(' ', '-'),
  )
}

interface Step {
  readonly uses?: string
  readonly run?: string
  readonly with?: Readonly<Record<string, unknown>>
}

interface Workflow {
  readonly permissions?: unknown
  readonly jobs: Readonly<Record<string, { uses?: string; permissions?: unknown; steps?: readonly Step[] }>>
}

function stepsOf(workflow: Workflow): Step[] {
  return Object.values(workflow.jobs).flatMap(({ uses, steps = [] }) => [
    ...steps,
    ...(uses ? [{ uses }] : []),
  ])
}

const examples = find('examples/*/workflow.yml')
const workflows = [...find('.github/workflows/*.yml'), ...examples]

describe.each(workflows)('%s', (path) => {
  const workflow = parse(read(path)) as Workflow // what is not of that form fails below
  const steps = stepsOf(workflow)

  test('pins each action by a commit', () => {
    const used = steps.flatMap(({ uses }) => uses ?? [])
    const loose = used.filter((uses) => !uses.startsWith('./') && !ownAction.test(uses))
    expect(loose.filter((uses) => !/@[0-9a-f]{40}$/.test(uses))).toEqual([])
  })

  test('gives no permissions but to single jobs', () => {
    expect(workflow.permissions).toEqual({})
    expect(Object.values(workflow.jobs).every(({ permissions }) => permissions !== undefined)).toBe(true)
  })

  test('lets no expression into a script', () => {
    expect(steps.filter(({ run = '' }) => run.includes('${{'))).toEqual([])
  })

  test('leaves no token in the checkout', () => {
    const checkouts = steps.filter(({ uses = '' }) => uses.startsWith('actions/checkout@'))
    expect(checkouts.filter((step) => step.with?.['persist-credentials'] !== false)).toEqual([])
  })
})

test('there are examples', () => {
  expect(examples.length).toBeGreaterThan(0)
})

describe.each(examples)('%s', (path) => {
  const folder = dirname(path)
  const ours = stepsOf(parse(read(path)) as Workflow).filter(({ uses = '' }) => ownAction.test(uses))

  test('uses this action, with inputs that it has', () => {
    expect(ours.length).toBeGreaterThan(0)
    const unknown = ours.flatMap(({ uses = '', with: given = {} }) => {
      const { inputs } = uses.includes('/refresh@') ? refresh : action
      return Object.keys(given).filter((name) => !(name in inputs))
    })
    expect(unknown).toEqual([])
  })

  test('has the files that it names', () => {
    const named = ours.flatMap((step) => [
      ...linesOf(step.with?.['environment-file']),
      ...linesOf(step.with?.['copy']).map((line) => line.split(':')[0] ?? ''),
    ])
    expect(named.filter((file) => !existsSync(resolve(top, folder, file)))).toEqual([])
    expect(existsSync(join(top, folder, 'README.md'))).toBe(true)
  })
})

function linesOf(input: unknown): string[] {
  return typeof input === 'string' ? input.split('\n').filter((line) => line.trim() !== '') : []
}

test.each(find('examples/**/*.{yaml,yml}'))('%s is YAML', (path) => {
  expect(parse(read(path))).toBeInstanceOf(Object)
})
