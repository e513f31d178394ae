import type { ContainerEngine, Outcome } from './engine.ts'
import {
  answered,
  entrypoint,
  expectPrefix,
  question,
  run,
  said,
  whileRunning,
  type Row,
  type Subject,
} from './contract-subject.ts'

/** Rows on the ways to start a process in an image: which of them have the environment. */

export function startRows(subject: Subject): Row[] {
  const { engine, prefix, active } = subject
  const started = active.started ? prefix : ''
  const other = active.other ? prefix : ''
  return [
    {
      row: `docker run IMAGE cmd: ${said(active.started)}`,
      check: async () => expectPrefix(await run(subject, [], ['bash', '-c', question]), started),
    },
    {
      row: `docker run IMAGE sh -c '…': ${said(active.started)}`,
      check: async () => expectPrefix(await run(subject, [], ['sh', '-c', question]), started),
    },
    {
      row: `--entrypoint '' IMAGE bash -c '…': ${said(active.other)}`,
      check: async () =>
        expectPrefix(await run(subject, ['--entrypoint', ''], ['bash', '-c', question]), other),
    },
    {
      row: `--entrypoint cmd IMAGE, which is Kubernetes' command: ${said(active.other)}`,
      check: async () => expectPrefix(await run(subject, ['--entrypoint', 'bash'], ['-c', question]), other),
    },
    {
      row: `docker exec: ${said(active.other)}`,
      check: () =>
        whileRunning(subject, [], async (id) =>
          expectPrefix(await engine(['exec', id, 'bash', '-c', question]), other),
        ),
    },
    {
      row: 'docker exec CONTAINER _entrypoint.sh cmd: active',
      check: () =>
        whileRunning(subject, [], async (id) =>
          expectPrefix(await engine(['exec', id, entrypoint, 'bash', '-c', question]), prefix),
        ),
    },
    {
      row: `HEALTHCHECK: ${said(active.other)}`,
      check: () =>
        whileRunning(subject, ['--health-cmd', question, '--health-interval', '1s'], async (id) =>
          expectPrefix(await firstHealthCheck(engine, id), other),
        ),
    },
  ]
}

/** What the first health check of a container said. */
async function firstHealthCheck(engine: ContainerEngine, id: string): Promise<Outcome> {
  const read = ['inspect', '--format', '{{json .State.Health.Log}}', id]
  for (let tries = 0; tries < 200; tries++) {
    const { stdout } = await engine(read)
    const [check] = (JSON.parse(stdout || '[]') ?? []) as { ExitCode: number; Output: string }[]
    if (check) return { code: check.ExitCode, stdout: check.Output, stderr: '' }
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  return { code: 1, stdout: '', stderr: 'the engine made no health check' }
}

export function interactiveRows(subject: Subject): Row[] {
  const { engine, image, prefix, user, active } = subject
  const skipped = active.other ? prefix : ''
  // The question is written so that its echo on the terminal is not taken for its answer.
  const typed = (options: readonly string[], command: readonly string[]) =>
    engine.typed(
      ['run', '--rm', '-it', '--network=none', ...options, image, ...command],
      `${question}\nexit\nexit\n`,
    )
  return [
    { row: 'docker run -it IMAGE: active', check: async () => expectPrefix(await typed([], []), prefix) },
    {
      row: 'docker run -it --entrypoint /bin/bash IMAGE: active',
      check: async () => expectPrefix(await typed(['--entrypoint', '/bin/bash'], []), prefix),
    },
    {
      row: 'su USER inside, where there is a su: active',
      async check() {
        const outcome = await typed(['--user', 'root', '--entrypoint', '/bin/su'], [user])
        // What engines end with when the program is not there.
        return outcome.code === 127 ? undefined : expectPrefix(outcome, prefix)
      },
    },
    {
      // What stands in the image's ENV is there whatever the variable says.
      row: `MAMBA_SKIP_ACTIVATE=1 in an interactive shell: ${said(active.other)}, the micromamba function is there`,
      async check() {
        const outcome = await engine.typed(
          [
            'run',
            '--rm',
            '-it',
            '--network=none',
            '-e',
            'MAMBA_SKIP_ACTIVATE=1',
            '--entrypoint',
            '/bin/bash',
            image,
          ],
          'echo "<$CONDA_PREFIX-$(type -t micromamba)>"\nexit\n',
        )
        return answered(outcome) === `${skipped}-function` ? undefined : answered(outcome)
      },
    },
  ]
}

export function dockerfileRows(subject: Subject): Row[] {
  const { engine, image, prefix, firstWord, active } = subject
  const started = active.started ? prefix : ''
  const other = active.other ? prefix : ''
  const built = async (lines: readonly string[], inspect: (tag: string) => Promise<string | undefined>) => {
    const dockerfile = [`FROM ${image}`, ...lines, ''].join('\n')
    const { code, stdout, stderr } = await engine(['build', '--quiet', '--network=none', '-'], {
      input: dockerfile,
    })
    if (code !== 0) return stderr.trim()
    try {
      return await inspect(stdout.trim())
    } finally {
      await engine(['image', 'rm', '--force', stdout.trim()])
    }
  }
  const afterRun = (row: string, lines: readonly string[], expected: string): Row => ({
    row,
    check: () =>
      built([...lines, `RUN ${question} > /tmp/answer`], async (tag) =>
        expectPrefix(await engine(['run', '--rm', '--entrypoint', '/bin/cat', tag, '/tmp/answer']), expected),
      ),
  })
  const afterStart = (row: string, lines: readonly string[], expected: string): Row => ({
    row,
    check: () => built(lines, async (tag) => expectPrefix(await engine(['run', '--rm', tag]), expected)),
  })
  const json = (words: readonly string[]) => JSON.stringify(words)
  return [
    afterRun(`RUN: ${said(active.other)}`, [], other),
    afterRun(
      'RUN after ARG MAMBA_DOCKERFILE_ACTIVATE=1: active',
      ['ARG MAMBA_DOCKERFILE_ACTIVATE=1'],
      prefix,
    ),
    {
      row: 'RUN fails when the first command of a pipe does',
      check: async () =>
        (await built(['RUN false | cat'], () => Promise.resolve(undefined))) === undefined
          ? 'it passed'
          : undefined,
    },
    afterStart(
      `CMD in exec form: ${said(active.started)}`,
      [`CMD ${json(['bash', '-c', question])}`],
      started,
    ),
    afterStart(`CMD in shell form: ${said(active.started)}`, [`CMD ${question}`], started),
    afterStart(
      `own ENTRYPOINT: ${said(active.other)}`,
      [`ENTRYPOINT ${json(['bash', '-c', question])}`],
      other,
    ),
    ...(firstWord === ''
      ? []
      : [
          afterStart(
            `own ENTRYPOINT after the image's: ${said(active.started)}`,
            [`ENTRYPOINT ${json([firstWord, 'bash', '-c', question])}`],
            started,
          ),
        ]),
  ]
}
