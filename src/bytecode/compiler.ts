import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process'
import { dirname } from 'node:path'
import { messageOf, UserError } from '../common/errors.ts'
import { program } from './program.ts'
import { withReferences } from './references.ts'

/** How to go on without a python that compiles. */
export const withoutBytecode = "'compile-pyc: false' leaves bytecode out."

/**
 * Nothing of the runner's but the executable: no PYTHON… variables, no search path for libraries. The seed is for pythons
 * whose compiler goes by the order of a set; `-I` would pass over it.
 */
export const pythonEnvironment = { PYTHONHASHSEED: '0', LC_ALL: 'C.UTF-8' }
export const pythonOptions = ['-S', '-s', '-B', '-W', 'ignore'] as const

/** What is to come of a python's answer. */
interface Waiting {
  readonly path: string
  readonly resolve: (bytecode: Buffer | undefined) => void
  readonly reject: (error: Error) => void
}

/**
 * Compiles python's sources, one after the other, in one process, which is started for the first. What comes of a source
 * depends on its bytes, its path and python's version only.
 */
export class Compiler {
  readonly executable: string
  #python: ChildProcessWithoutNullStreams | undefined
  /** In the order in which they were asked. */
  readonly #waiting: Waiting[] = []
  #received: Buffer[] = []
  #stderr = ''

  /** How many sources it has yet to answer. */
  get waiting(): number {
    return this.#waiting.length
  }

  /** @param executable as `installPython` gives it */
  constructor(executable: string) {
    this.executable = executable
  }

  /**
   * @param path the absolute path that the source will have, which the code knows
   * @returns the content of the .pyc; undefined for what is no python source, or has a syntax error
   * @throws UserError when python cannot run here, or ends
   */
  compile(path: string, source: Uint8Array): Promise<Buffer | undefined> {
    const python = (this.#python ??= this.#start())
    const name = Buffer.from(path)
    const lengths = Buffer.alloc(8)
    lengths.writeUInt32LE(name.length, 0)
    lengths.writeUInt32LE(source.length, 4)
    return new Promise((resolve, reject) => {
      this.#waiting.push({ path, resolve, reject })
      python.stdin.cork()
      for (const part of [lengths, name, source]) python.stdin.write(part)
      python.stdin.uncork()
    })
  }

  /** Ends python. */
  close(): void {
    this.#python?.stdin.end()
    this.#python = undefined
  }

  #start(): ChildProcessWithoutNullStreams {
    const { executable } = this
    const python = spawn(executable, [...pythonOptions, '-c', program], {
      cwd: dirname(dirname(executable)),
      env: pythonEnvironment,
    })
    python.stdout.on('data', (chunk: Buffer) => {
      this.#receive(chunk)
    })
    python.stderr.setEncoding('utf8').on('data', (text: string) => {
      this.#stderr = (this.#stderr + text).slice(-2000)
    })
    python.stdin.on('error', () => undefined) // python ended, which is said below
    python.on('error', (error) => {
      this.#fail(messageOf(error))
    })
    python.on('close', (code, signal) => {
      this.#fail(`it ended (${signal ?? code ?? ''})\n${this.#stderr}`.trim())
    })
    return python
  }

  /** An answer is a length and as many bytes. */
  #receive(chunk: Buffer): void {
    this.#received.push(chunk)
    let size = this.#received.reduce((sum, { length }) => sum + length, 0)
    while (size >= 4) {
      const head = this.#received[0]
      const bytes = head !== undefined && head.length >= 4 ? head : Buffer.concat(this.#received)
      const end = 4 + bytes.readUInt32LE(0)
      if (size < end) return
      const all = this.#received.length === 1 ? bytes : Buffer.concat(this.#received)
      const rest = all.subarray(end)
      this.#received = rest.length > 0 ? [rest] : []
      size = rest.length
      this.#waiting.shift()?.resolve(end === 4 ? undefined : withReferences(all.subarray(4, end)))
    }
  }

  #fail(why: string): void {
    this.#python = undefined
    for (const { path, reject } of this.#waiting.splice(0)) {
      reject(
        new UserError(`python did not compile ${path}: ${why}`, {
          advice: withoutBytecode,
        }),
      )
    }
  }
}

/** Several pythons that compile side by side, each started when those before it have something to do. */
export class Compilers {
  readonly executable: string
  readonly #compilers: Compiler[] = []

  /** @param processes how many at most */
  constructor(executable: string, processes: number) {
    this.executable = executable
    this.widen(processes)
  }

  /** Lets it be so many, if there are fewer. */
  widen(processes: number): void {
    while (this.#compilers.length < processes) this.#compilers.push(new Compiler(this.executable))
  }

  /** As `Compiler` does. */
  compile(path: string, source: Uint8Array): Promise<Buffer | undefined> {
    const [least] = this.#compilers.toSorted((a, b) => a.waiting - b.waiting) // of equal ones the first
    if (!least) throw new Error('there is no python to compile with')
    return least.compile(path, source)
  }

  close(): void {
    for (const compiler of this.#compilers) compiler.close()
  }
}
