import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  entrypoint,
  expectPrefix,
  question,
  run,
  whileRunning,
  type Row,
  type Subject,
} from './contract-subject.ts'

/** Rows on shells that are no entrypoint's: login shells, whose /etc/profile may make PATH anew, and processes without the image's ENV. */
export function shellRows(subject: Subject): Row[] {
  const { engine, image, prefix, user, active } = subject
  const typed = (...words: string[]) => engine.typed(['run', '--rm', '-it', '--network=none', ...words], '')
  return [
    {
      row: "docker run IMAGE bash -lc '…': active",
      check: async () => expectPrefix(await run(subject, [], ['bash', '-lc', question]), prefix),
    },
    ...(active.started
      ? [
          {
            row: "docker run IMAGE sh -lc '…': active",
            check: async () => expectPrefix(await run(subject, [], ['sh', '-lc', question]), prefix),
          },
        ]
      : []),
    {
      row: "docker run -it IMAGE bash -lic '…': active",
      check: async () => expectPrefix(await typed(image, 'bash', '-lic', question), prefix),
    },
    {
      row: "docker run IMAGE bash -euc 'source _activate_current_env.sh': active",
      check: async () =>
        expectPrefix(
          await run(
            subject,
            ['--entrypoint', '/bin/bash'],
            ['-euc', `source _activate_current_env.sh; ${question}`],
          ),
          prefix,
        ),
    },
    {
      row: "docker exec CONTAINER bash -lc '…': active",
      check: () =>
        whileRunning(subject, [], async (id) =>
          expectPrefix(await engine(['exec', id, 'bash', '-lc', question]), prefix),
        ),
    },
    {
      row: 'docker exec -it CONTAINER bash, as a uid of nobody known: active',
      check: () =>
        whileRunning(subject, [], async (id) =>
          expectPrefix(
            await engine.typed(['exec', '-it', '--user', '12345:12345', id, 'bash'], `${question}\nexit\n`),
            prefix,
          ),
        ),
    },
    {
      row: 'docker run -it --entrypoint bash IMAGE, with a volume over the home, where bash reads a file in /etc: active',
      async check() {
        const covered = ['--network=none', '--tmpfs', `/home/${user}`, '--entrypoint']
        const debian = await run(subject, ['--entrypoint', 'test'], ['-e', '/etc/bash.bashrc'])
        if (debian.code !== 0) return undefined
        const words = ['run', '--rm', '-it', ...covered, 'bash', image]
        return expectPrefix(await engine.typed(words, `${question}\nexit\n`), prefix)
      },
    },
    {
      row: "su - USER -c '…', where there is a su: active",
      async check() {
        const outcome = await run(
          subject,
          ['--user', 'root', '--entrypoint', '/bin/su'],
          ['-', user, '-c', question],
        )
        // What engines end with when the program is not there.
        return outcome.code === 127 ? undefined : expectPrefix(outcome, prefix)
      },
    },
    {
      row: 'env -i _entrypoint.sh cmd, as cron and ssh start programs: active',
      check: async () =>
        expectPrefix(
          await run(subject, ['--entrypoint', 'env'], ['-i', entrypoint, 'bash', '-c', question]),
          prefix,
        ),
    },
    {
      row: 'docker export and import, then _entrypoint.sh cmd: active',
      check: () =>
        whileImported(subject, async (tag) =>
          expectPrefix(
            await engine(['run', '--rm', '--network=none', tag, entrypoint, 'bash', '-c', question]),
            prefix,
          ),
        ),
    },
  ]
}

/** Looks at what is left of an image when a container of it is exported and imported: its files. */
async function whileImported(
  subject: Subject,
  check: (tag: string) => Promise<string | undefined>,
): Promise<string | undefined> {
  const { engine } = subject
  const directory = await mkdtemp(join(tmpdir(), 'contract-'))
  try {
    const file = join(directory, 'image.tar')
    const problem = await whileRunning(subject, [], async (id) => {
      const { code, stderr } = await engine(['export', '--output', file, id])
      return code === 0 ? undefined : stderr
    })
    if (problem !== undefined) return problem
    const { stdout, stderr } = await engine(['import', file])
    const tag = stdout.trim()
    if (tag === '') return stderr
    try {
      return await check(tag)
    } finally {
      await engine(['image', 'rm', '--force', tag])
    }
  } finally {
    await rm(directory, { recursive: true, force: true })
  }
}
