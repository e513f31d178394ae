import type { Outcome } from './engine.ts'
import {
  entrypoint,
  expectAnswer,
  expectPrefix,
  question,
  run,
  said,
  type Row,
  type Subject,
} from './contract-subject.ts'

/** Rows on what is in a container, and on what the entrypoint makes of it. */

export function fileRows(subject: Subject): Row[] {
  const files = [
    '/bin/micromamba',
    entrypoint,
    '/usr/local/bin/_activate_current_env.sh',
    '/usr/local/bin/_dockerfile_shell.sh',
    '/usr/local/bin/_apptainer_shell.sh',
    '/usr/local/bin/_dockerfile_initialize_user_accounts.sh',
    '/usr/local/bin/_dockerfile_setup_root_prefix.sh',
    '/etc/arg_mamba_user',
    '/root/.bashrc',
    '/etc/skel/.bashrc',
    `/home/${subject.user}/.bashrc`,
    `${subject.prefix}/conda-meta/history`,
  ]
  const inside = (row: string, options: readonly string[], script: string): Row => ({
    row,
    async check() {
      const { code, stdout, stderr } = await run(
        subject,
        [...options, '--entrypoint', '/bin/bash'],
        ['-c', script],
      )
      return code === 0 ? undefined : (stdout + stderr).trim() || `exit ${code}`
    },
  })
  // One container looks for all of them.
  let missing: Promise<Outcome> | undefined
  const look = () =>
    (missing ??= run(
      subject,
      ['--user', 'root', '--entrypoint', '/bin/bash'],
      ['-c', 'for file; do test -e "$file" || echo "$file"; done', 'look', ...files],
    ))
  const there = (file: string): Row => ({
    row: `file: ${file}`,
    async check() {
      const { code, stdout, stderr } = await look()
      if (code !== 0) return stderr.trim() || `exit ${code}`
      return stdout.split('\n').includes(file) ? 'missing' : undefined
    },
  })
  return [
    ...files.map(there),
    inside('/etc/arg_mamba_user names MAMBA_USER', [], 'test "$(cat /etc/arg_mamba_user)" = "$MAMBA_USER"'),
    inside(
      'the prefix belongs to the user, who can write in it',
      [],
      `touch '${subject.prefix}/conda-meta/.contract'`,
    ),
    inside(
      'any uid can install into the root prefix, and make an environment beside it',
      ['--user', '1001:1001'],
      `set -e; cd '${subject.rootPrefix}'; touch .contract conda-meta/.contract; mkdir -p envs; mkdir envs/.contract; ` +
        'if [ -e conda-meta/history ]; then echo >> conda-meta/history; fi',
    ),
    inside('the shell starts in a directory that the user can write in', [], 'touch ./.contract'),
  ]
}

export function userRows(subject: Subject): Row[] {
  const { prefix, user, uid, active } = subject
  const expected = active.started ? prefix : ''
  const asked = (options: readonly string[]) => run(subject, options, ['bash', '-c', question])
  return [
    {
      row: 'the default user',
      check: async () => expectAnswer(await asked([]), `${expected}|/home/${user}|${uid}`),
    },
    {
      row: `--user UID:GID of nobody known: ${said(active.started)}${active.started ? ', HOME of the user' : ''}`,
      check: async () =>
        expectAnswer(
          await asked(['--user', '12345:12345']),
          `${expected}|${active.started ? `/home/${user}` : '/'}|12345`,
        ),
    },
    {
      row: `--user root: ${said(active.started)}`,
      check: async () => expectAnswer(await asked(['--user', 'root']), `${expected}|/root|0`),
    },
    {
      row: `--read-only: ${said(active.started)}`,
      check: async () => expectPrefix(await asked(['--read-only']), expected),
    },
    {
      row: `HOME empty: ${said(active.started)}`,
      check: async () => expectPrefix(await asked(['--env', 'HOME=']), expected),
    },
  ]
}

/** What the entrypoint does besides activating. */
export function entrypointRows(subject: Subject): Row[] {
  const { user, prefix, rootPrefix, active } = subject
  const asked = (options: readonly string[]) => run(subject, options, ['bash', '-c', question])
  return [
    {
      row: 'MAMBA_USER=other alone: exit 1, both names said',
      async check() {
        const { code, stderr } = await asked(['--env', 'MAMBA_USER=other'])
        return code === 1 && stderr.includes('other') && stderr.includes(user)
          ? undefined
          : `exit ${code}: ${stderr}`
      },
    },
    {
      row: 'HOME unset: active',
      check: async () =>
        expectPrefix(
          await run(subject, ['--entrypoint', 'env'], ['-u', 'HOME', entrypoint, 'bash', '-c', question]),
          prefix,
        ),
    },
    {
      row: `MAMBA_SKIP_ACTIVATE=1: ${said(active.other)}`,
      check: async () =>
        expectPrefix(await asked(['--env', 'MAMBA_SKIP_ACTIVATE=1']), active.other ? prefix : ''),
    },
    {
      row: 'ENV_NAME of each other environment, where there are some: that one is active',
      async check() {
        const { stdout } = await run(subject, [], ['bash', '-c', `ls '${rootPrefix}/envs' 2>/dev/null`])
        for (const name of stdout.split('\n').filter((line) => line !== '')) {
          const outcome = await asked(['--env', `ENV_NAME=${name}`])
          const problem = expectPrefix(outcome, `${rootPrefix}/envs/${name}`)
          if (problem !== undefined) return `${name}: ${problem}`
        }
        return undefined
      },
    },
    {
      row: 'ENV_NAME of no environment: a message, a non-zero exit',
      async check() {
        const { code, stderr, stdout } = await run(
          subject,
          ['--env', 'ENV_NAME=no-such-environment'],
          ['bash', '-c', question],
        )
        return code !== 0 && stderr.includes('no-such-environment') && stdout === ''
          ? undefined
          : `exit ${code}: ${stdout}${stderr}`
      },
    },
  ]
}

export function processRows(subject: Subject): Row[] {
  const { engine, image } = subject
  return [
    {
      row: 'the exit code is the command’s',
      async check() {
        const { code } = await run(subject, [], ['bash', '-c', 'exit 42'])
        return code === 42 ? undefined : `exit ${code}`
      },
    },
    {
      row: 'arguments with spaces and newlines survive',
      async check() {
        const { stdout } = await run(subject, [], ['printf', '<%s>', 'a  b', 'c\nd', ''])
        return stdout === '<a  b><c\nd><>' ? undefined : JSON.stringify(stdout)
      },
    },
    {
      row: 'PID 1 is the command, and signals reach it',
      async check() {
        const script = 'trap "echo got TERM; exit 7" TERM; echo pid $$; while :; do sleep 0.1; done'
        const { stdout: id, stderr } = await engine(['run', '--detach', image, 'bash', '-c', script])
        if (id === '') return stderr
        try {
          for (let tries = 0; tries < 100; tries++) {
            if ((await engine(['logs', id.trim()])).stdout.includes('pid')) break
            await new Promise((resolve) => setTimeout(resolve, 100))
          }
          await engine(['stop', '--time', '10', id.trim()])
          const { stdout: logs } = await engine(['logs', id.trim()])
          const { stdout: code } = await engine(['inspect', '--format', '{{.State.ExitCode}}', id.trim()])
          return logs === 'pid 1\ngot TERM\n' && code.trim() === '7'
            ? undefined
            : `exit ${code.trim()}: ${logs}`
        } finally {
          await engine(['rm', '--force', id.trim()])
        }
      },
    },
    {
      row: 'nothing is written in HOME',
      async check() {
        const { stdout } = await run(
          subject,
          ['--tmpfs', '/mnt', '--env', 'HOME=/mnt'],
          ['bash', '-c', 'ls -A /mnt'],
        )
        return stdout === '' ? undefined : stdout
      },
    },
  ]
}
