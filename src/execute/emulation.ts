import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { machinePlatform, type Platform } from '../common/platform.ts'

type Architecture = Platform['architecture']

/** What the header of a program of an architecture says: `e_ident[EI_DATA]` and `e_machine` (elf.h). */
const headers: Readonly<Record<Architecture, { bigEndian: boolean; machine: number }>> = {
  amd64: { bigEndian: false, machine: 62 },
  arm64: { bigEndian: false, machine: 183 },
  ppc64le: { bigEndian: false, machine: 21 },
  s390x: { bigEndian: true, machine: 22 },
}

/** The types of programs: for a fixed address, and for any. */
const [ET_EXEC, ET_DYN] = [2, 3]

/**
 * Whether this machine runs programs of an architecture: its own, and those for which the kernel was told of an emulator
 * (Documentation/admin-guide/binfmt-misc.rst), one that it holds open (flag F), for in an image's file system no other is found.
 * @param registered where the kernel lists them
 * @returns why not, as a clause; undefined when it does
 */
export async function canRun(
  architecture: Architecture,
  { registered = '/proc/sys/fs/binfmt_misc', machine = machinePlatform().architecture } = {},
): Promise<string | undefined> {
  if (architecture === machine) return undefined
  const emulators = await emulatorsOf(architecture, registered)
  const problems = emulators.map(({ enabled, flags, interpreter }) =>
    !enabled
      ? `${interpreter} is disabled`
      : !flags.includes('F')
        ? `${interpreter} was registered without the flag F, and is not found in an image`
        : undefined,
  )
  if (problems.includes(undefined)) return undefined
  const known = problems.length > 0 ? `: ${problems.join('; ')}` : ''
  return `this machine is ${machine}, and its kernel has no emulation (binfmt_misc) of ${architecture}${known}`
}

interface Emulator {
  readonly enabled: boolean
  readonly interpreter: string
  readonly flags: string
}

async function emulatorsOf(architecture: Architecture, folder: string): Promise<Emulator[]> {
  const names = await readdir(folder).catch(() => [])
  const isOff = /^disabled/.test(await readFile(join(folder, 'status'), 'utf8').catch(() => ''))
  const found: Emulator[] = []
  for (const name of names.filter((name) => name !== 'register' && name !== 'status').sort()) {
    const text = await readFile(join(folder, name), 'utf8').catch(() => '')
    const field = (name: string) => new RegExp(`^${name}:? +(\\S+)$`, 'm').exec(text)?.[1] ?? ''
    const magic = Buffer.from(field('magic'), 'hex')
    const mask = Buffer.from(field('mask'), 'hex')
    if (magic.length === 0) continue
    const matches = [ET_EXEC, ET_DYN].every((type) => {
      const header = headerOf(architecture, type).subarray(Number(field('offset')))
      return magic.every((byte, at) => {
        const significant = mask[at] ?? 0xff
        return (byte & significant) === ((header[at] ?? 0) & significant)
      })
    })
    if (!matches) continue
    const enabled = !isOff && /^enabled$/m.test(text)
    found.push({ enabled, interpreter: field('interpreter'), flags: field('flags') })
  }
  return found
}

/** The first bytes of a program: ELF, of 64 bits, version 1; then its type and its machine. */
function headerOf(architecture: Architecture, type: number): Buffer {
  const { bigEndian, machine } = headers[architecture]
  const header = Buffer.alloc(128)
  header.set([0x7f, 0x45, 0x4c, 0x46, 2, bigEndian ? 2 : 1, 1])
  const write = bigEndian ? header.writeUInt16BE.bind(header) : header.writeUInt16LE.bind(header)
  write(type, 16)
  write(machine, 18)
  return header
}
