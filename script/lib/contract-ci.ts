import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { host, hostUser, withDirectory } from './contract-host.ts'
import { entrypoint, expectPrefix, question, run, said, type Row, type Subject } from './contract-subject.ts'

/** Consumers that run the steps of a job in a container. */
export const continuousIntegration = { github, gitlab, jenkins, devcontainer }

const activation = '/usr/local/bin/_activate_current_env.sh'

/** A container that is started and looked at while it runs; `create` are the arguments of `docker run --detach`. */
async function whileStarted(
  { engine }: Subject,
  create: readonly string[],
  check: (id: string) => Promise<string | undefined>,
): Promise<string | undefined> {
  const { stdout, stderr } = await engine(['run', '--detach', '--network=none', ...create])
  const id = stdout.trim()
  if (id === '') return stderr
  try {
    return await check(id)
  } finally {
    await engine(['rm', '--force', '--volumes', id])
  }
}

/**
 * A job's `container:` (actions/runner, ContainerOperationProvider.cs and DockerCommandManager.cs): the entrypoint is replaced
 * by one that waits, and each step is a `docker exec` of its shell with a script in the mounted workspace.
 */
function github(subject: Subject): Row[] {
  const { engine, image, prefix, active } = subject
  const other = active.other ? prefix : ''
  const work = '/__w/app/app'
  const inJob = (options: readonly string[], script: string, shell: readonly string[]) =>
    withDirectory(async (workspace) => {
      await writeFile(join(workspace, 'step.sh'), script)
      const mounts = [
        '-v',
        `${workspace}:/__w`,
        '-v',
        `${workspace}:/github/home`,
        '-v',
        `${workspace}:/github/workflow`,
      ]
      const variables = ['-e', 'HOME=/github/home', '-e', 'GITHUB_ACTIONS=true', '-e', 'CI=true']
      const waiting = ['--entrypoint', 'tail', image, '-f', '/dev/null']
      let outcome = { code: 1, stdout: '', stderr: '' }
      const problem = await whileStarted(
        subject,
        [...options, '--workdir', work, ...variables, ...mounts, ...waiting],
        async (id) => {
          outcome = await engine([
            'exec',
            '-i',
            '--workdir',
            work,
            '-e',
            'CI=true',
            id,
            ...shell,
            '/__w/step.sh',
          ])
          return undefined
        },
      )
      return problem === undefined ? outcome : { code: 1, stdout: '', stderr: problem }
    })
  const step = (row: string, shell: string, expected: string): Row => ({
    row,
    check: async () => expectPrefix(await inJob([], question, shell.split(' ')), expected),
  })
  return [
    step(`a step of a job's container: ${said(active.other)}`, 'sh -e', other),
    step(`a step with shell: bash: ${said(active.other)}`, 'bash --noprofile --norc -e -o pipefail', other),
    step('a step with shell: bash -leo pipefail {0}: active', 'bash -leo pipefail', prefix),
    step(
      `a step with shell: ${entrypoint} bash -eo pipefail {0}: active`,
      `${entrypoint} bash -eo pipefail`,
      prefix,
    ),
    {
      row: "with options: --user of the runner's user, a step can write in the workspace and to GITHUB_ENV",
      async check() {
        const script = 'echo A=1 >> /__w/set_env; echo x > /github/home/file'
        const { code, stderr } = await inJob(['--user', hostUser], script, ['sh', '-e'])
        return code === 0 ? undefined : stderr
      },
    },
    {
      row: `uses: docker://IMAGE with args: ${said(active.started)}`,
      check: () =>
        withDirectory(async (workspace) =>
          expectPrefix(
            await run(
              subject,
              [
                ...['--workdir', '/github/workspace', '-v', `${workspace}:/github/workspace`],
                ...['-e', 'HOME=/github/home', '-e', 'GITHUB_ACTIONS=true', '-e', 'CI=true'],
              ],
              ['bash', '-c', question],
            ),
            active.started ? prefix : '',
          ),
        ),
    },
  ]
}

/**
 * The docker executor of gitlab-runner (executors/docker, shells/bash.go): the image's entrypoint with a command that looks for
 * the best shell there is, which reads the job's script from its standard input.
 */
function gitlab(subject: Subject): Row[] {
  const { engine, image, prefix, active } = subject
  const started = active.started ? prefix : ''
  const other = active.other ? prefix : ''
  const shells = ['bash', 'sh'].flatMap((shell) =>
    ['/usr/local/bin', '/usr/bin', '/bin'].map((directory) => `${directory}/${shell}`),
  )
  const detection = `for shell in ${shells.join(' ')}; do [ ! -x $shell ] || exec $shell; done; exit 1`
  const job = (row: string, options: readonly string[], script: string, expected: string): Row => ({
    row,
    check: () =>
      withDirectory(async (builds) => {
        const container = ['run', '--rm', '-i', '--network=none', '-v', `${builds}:/builds`, '-w', '/builds']
        const variables = ['-e', 'CI=true', '-e', 'GITLAB_CI=true', '-e', 'CI_PROJECT_DIR=/builds']
        const lines = ['set -eo pipefail', 'set +o noclobber', `: | eval '${script}'`, 'exit 0', '']
        const outcome = await engine([...container, ...variables, ...options, image, 'sh', '-c', detection], {
          input: lines.join('\n'),
        })
        return expectPrefix(outcome, expected)
      }),
  })
  // Kubernetes' command is an entrypoint; docker takes its arguments behind the image.
  const pod = ['--entrypoint', '']
  const sourcing = `source ${activation}; ${question}`
  return [
    job(`a job's script: ${said(active.started)}`, [], question, started),
    job(`a job's script with docker: user: ${said(active.started)}`, ['--user', hostUser], question, started),
    job(`a job's script with entrypoint: [""]: ${said(active.other)}`, ['--entrypoint', ''], question, other),
    job(`a job's script with the executor for Kubernetes: ${said(active.other)}`, pod, question, other),
    job('the same with a before_script that sources the activation: active', pod, sourcing, prefix),
  ]
}

/**
 * `docker.image(…).inside` and `agent { docker … }` (docker-workflow-plugin, WithContainerStep.java and DockerClient.java): `cat`
 * on a terminal as the agent's user, and `docker exec` for each step.
 */
function jenkins(subject: Subject): Row[] {
  const { engine, image, prefix, active } = subject
  const inside = (check: (id: string, workspace: string) => Promise<string | undefined>) =>
    withDirectory((workspace) =>
      whileStarted(
        subject,
        [
          '-t',
          '-u',
          hostUser,
          '-w',
          workspace,
          '-v',
          `${workspace}:${workspace}:rw,z`,
          '-e',
          'CI=true',
          image,
          'cat',
        ],
        (id) => check(id, workspace),
      ),
    )
  const step = (row: string, script: string, expected: string): Row => ({
    row,
    check: () =>
      inside(async (id, workspace) => {
        const file = join(workspace, 'script.sh')
        await writeFile(file, script, { mode: 0o755 })
        // A script that says by what it is to be run is run by that.
        const command = script.startsWith('#!') ? file : `sh -xe ${file}`
        const outcome = await engine([
          'exec',
          '--env',
          'BUILD_ID=1',
          id,
          'sh',
          '-c',
          `cd ${workspace}; ${command}`,
        ])
        return expectPrefix(outcome, expected)
      }),
  })
  return [
    {
      row: "the container's process is cat, as the agent's user",
      check: () =>
        inside(async (id) => {
          const { stdout, stderr } = await engine(['top', id, '-eo', 'pid,uid,comm'])
          const processes = stdout.trim().split('\n').slice(1)
          return processes.length === 1 && /^\s*\d+\s+\d+\s+cat$/.test(processes[0] ?? '')
            ? undefined
            : stdout + stderr
        }),
    },
    step(`an sh step: ${said(active.other)}`, question, active.other ? prefix : ''),
    step('an sh step whose first line is #!/bin/bash -l: active', `#!/bin/bash -l\n${question}\n`, prefix),
    step(`an sh step that says ${entrypoint} cmd: active`, `${entrypoint} bash -c '${question}'`, prefix),
    {
      row: "an sh step can write in the agent's workspace",
      check: () =>
        inside(async (id, workspace) => {
          const { code, stderr } = await engine(['exec', id, 'sh', '-c', `echo x > ${workspace}/file`])
          return code === 0 ? undefined : `as ${host.uid}: ${stderr}`
        }),
    },
  ]
}

/**
 * The devcontainers CLI (spec-node/singleContainer.ts, spec-common/injectHeadless.ts): a shell in the place of the entrypoint that
 * waits, `docker exec` for all else, and the variables of `bash -lic` for the commands of devcontainer.json and for editors.
 */
function devcontainer(subject: Subject): Row[] {
  const { engine, image, prefix, active } = subject
  const waiting = 'trap "exit 0" 15; while sleep 1 & wait $!; do :; done'
  const inside = (check: (id: string) => Promise<string | undefined>) =>
    withDirectory((workspace) =>
      whileStarted(
        subject,
        [
          ...['--mount', `type=bind,source=${workspace},target=/workspaces/app`],
          ...['--entrypoint', '/bin/sh', image, '-c', waiting, '-'],
        ],
        check,
      ),
    )
  const exec = (
    row: string,
    options: readonly string[],
    command: readonly string[],
    expected: string,
  ): Row => ({
    row,
    check: () =>
      inside(async (id) => expectPrefix(await engine(['exec', '-i', ...options, id, ...command]), expected)),
  })
  return [
    exec('the probe of the variables, bash -lic: active', [], ['bash', '-lic', question], prefix),
    exec('the same with remoteUser: root: active', ['-u', 'root'], ['bash', '-lic', question], prefix),
    {
      row: 'a command of devcontainer.json, with the variables that were probed: active',
      check: () =>
        inside(async (id) => {
          const { stdout } = await engine(['exec', '-i', id, 'bash', '-lic', 'cat /proc/self/environ'])
          const probed = stdout.split('\0').filter((pair) => /^[A-Z_]+=/.test(pair))
          const options = probed.flatMap((pair) => ['-e', pair])
          return expectPrefix(await engine(['exec', '-i', ...options, id, '/bin/sh', '-c', question]), prefix)
        }),
    },
    exec(
      `a command with userEnvProbe: none: ${said(active.other)}`,
      [],
      ['/bin/sh', '-c', question],
      active.other ? prefix : '',
    ),
    {
      row: 'a terminal: active',
      check: () =>
        inside(async (id) =>
          expectPrefix(await engine.typed(['exec', '-it', id, 'bash'], `${question}\nexit\n`), prefix),
        ),
    },
  ]
}
