import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { hostUser, withDirectory } from './contract-host.ts'
import {
  entrypoint,
  expectAnswer,
  expectPrefix,
  question,
  run,
  said,
  whileRunning,
  type Row,
  type Subject,
} from './contract-subject.ts'

/** Consumers that run a container for each task, and those that run services. */
export const platforms = { nextflow, cwl, kubernetes, openshift }

/**
 * Nextflow (nextflow/container/DockerBuilder.groovy, the generated .command.run): the image's entrypoint with a bash that has
 * options on, a script in the task's directory, which is mounted at its own path.
 */
function nextflow(subject: Subject): Row[] {
  const { prefix, active } = subject
  const started = active.started ? prefix : ''
  const task = (
    row: string,
    options: readonly string[],
    launcher: (script: string) => readonly string[],
    expected: string,
    first = '',
  ): Row => ({
    row,
    check: () =>
      withDirectory(async (work) => {
        const script = join(work, '.command.sh')
        await writeFile(script, `#!/bin/bash -ue\n${first}${question}\n`)
        const mounts = [
          '-i',
          '--cpu-shares',
          '1024',
          '-e',
          'NXF_TASK_WORKDIR',
          '-v',
          `${work}:${work}`,
          '-w',
          work,
        ]
        return expectPrefix(await run(subject, [...mounts, ...options], launcher(script)), expected)
      }),
  })
  const plain = (script: string) => ['/bin/bash', '-ue', script]
  const overridden = (script: string) => ['-c', `/bin/bash -ue ${script}`]
  const sourcing = 'source /usr/local/bin/_activate_current_env.sh\n'
  return [
    task(`a task: ${said(active.started)}`, [], plain, started),
    task(
      `a task of nf-core, as the user of the machine: ${said(active.started)}`,
      ['-u', hostUser],
      (script) => ['/bin/bash', '-C', '-e', '-u', '-o', 'pipefail', script],
      started,
      'touch output\n',
    ),
    task(
      `a task that is traced: ${said(active.started)}`,
      [],
      (script) => ['/bin/bash', '-c', `eval true; /bin/bash -ue ${script}`],
      started,
    ),
    task(
      `a task with NXF_CONTAINER_ENTRYPOINT_OVERRIDE=true: ${said(active.other)}`,
      ['--entrypoint', '/bin/bash'],
      overridden,
      active.other ? prefix : '',
    ),
    task(
      'the same whose script sources the activation: active',
      ['--entrypoint', '/bin/bash'],
      overridden,
      prefix,
      sourcing,
    ),
  ]
}

/** cwltool (cwltool/docker.py): read-only, without a network, as the user of the machine, HOME and TMPDIR mounted. */
function cwl(subject: Subject): Row[] {
  const { prefix, active } = subject
  const started = active.started ? prefix : ''
  const [uid = ''] = hostUser.split(':')
  const home = '/outdir'
  const tool = (row: string, command: readonly string[], expected: string): Row => ({
    row,
    check: () =>
      withDirectory((outputs) =>
        withDirectory(async (temporary) => {
          const options = [
            ...['-i', `--mount=type=bind,source=${outputs},target=${home}`],
            ...[`--mount=type=bind,source=${temporary},target=/tmp`, `--workdir=${home}`, '--read-only=true'],
            ...[`--user=${hostUser}`, '--env=TMPDIR=/tmp', `--env=HOME=${home}`],
          ]
          return expectAnswer(await run(subject, options, command), `${expected}|${home}|${uid}`)
        }),
      ),
  })
  return [
    tool(
      `a tool: ${said(active.started)}, HOME is the output's directory`,
      ['bash', '-c', question],
      started,
    ),
    tool(
      `a tool with ShellCommandRequirement: ${said(active.started)}`,
      ['/bin/sh', '-c', `echo x > output && echo x > /tmp/file && { ${question}; }`],
      started,
    ),
    tool('bash -lc, as miniwdl and Cromwell start a task: active', ['bash', '-lc', question], prefix),
  ]
}

/** `args` keep the entrypoint, `command` replaces it; probes, hooks and `kubectl exec` start programs beside it. */
function kubernetes(subject: Subject): Row[] {
  return pod(subject, [
    // securityContext: runAsUser, readOnlyRootFilesystem, capabilities: drop: [ALL], allowPrivilegeEscalation: false
    ...['--user', '12345', '--read-only', '--cap-drop', 'ALL', '--security-opt', 'no-new-privileges'],
  ])
}

/** Under the SCC restricted-v2: any uid of the project's, the group 0, no capabilities; HOME is / where nobody says another. */
function openshift(subject: Subject): Row[] {
  const { prefix, user, active } = subject
  const restricted = [
    '--user',
    '1000650000:0',
    '--cap-drop',
    'ALL',
    '--security-opt',
    'no-new-privileges',
    '-e',
    'HOME=/',
  ]
  const expected = active.started ? `${prefix}|/home/${user}|1000650000` : '|/|1000650000'
  return [
    ...pod(subject, restricted),
    {
      row: `the home of the image's user is that of any uid: ${said(active.started)}`,
      check: async () =>
        expectAnswer(
          await run(subject, restricted, ['bash', '-c', `[ "$HOME" = / ] || touch ~/.contract; ${question}`]),
          expected,
        ),
    },
    {
      row: 'oc exec -it POD -- bash, with a volume over the home: active',
      check: () =>
        whileRunning(subject, [...restricted, '--tmpfs', `/home/${user}`], async (id) =>
          expectPrefix(
            await subject.engine.typed(['exec', '-it', id, 'bash'], `${question}\nexit\n`),
            prefix,
          ),
        ),
    },
  ]
}

function pod(subject: Subject, security: readonly string[]): Row[] {
  const { engine, prefix, active } = subject
  const other = active.other ? prefix : ''
  const started = (
    row: string,
    options: readonly string[],
    words: readonly string[],
    expected: string,
  ): Row => ({
    row,
    check: async () => expectPrefix(await run(subject, [...security, ...options], words), expected),
  })
  const beside = (row: string, command: readonly string[], expected: string): Row => ({
    row,
    check: () =>
      whileRunning(subject, security, async (id) =>
        expectPrefix(await engine(['exec', id, ...command]), expected),
      ),
  })
  const asking = ['bash', '-c', question]
  return [
    started(`args: ${said(active.started)}`, [], asking, active.started ? prefix : ''),
    started(`command: ${said(active.other)}`, ['--entrypoint', 'bash'], ['-c', question], other),
    started(`command: with ${entrypoint} first: active`, ['--entrypoint', entrypoint], asking, prefix),
    beside(`exec probes and hooks: ${said(active.other)}`, asking, other),
    beside(`exec probes and hooks with ${entrypoint} first: active`, [entrypoint, ...asking], prefix),
    beside('exec POD -- bash -lc: active', ['bash', '-lc', question], prefix),
    {
      row: 'exec -it POD -- bash: active',
      check: () =>
        whileRunning(subject, security, async (id) =>
          expectPrefix(await engine.typed(['exec', '-it', id, 'bash'], `${question}\nexit\n`), prefix),
        ),
    },
  ]
}
