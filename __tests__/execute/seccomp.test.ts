import { describe, expect, test } from '@jest/globals'
import { seccompProfile } from '../../src/execute/seccomp.ts'

describe.each([
  ['x64', 'SCMP_ARCH_X86_64', 0],
  ['arm64', 'SCMP_ARCH_AARCH64', 0],
  ['ppc64', 'SCMP_ARCH_PPC64LE', 0],
  ['s390x', 'SCMP_ARCH_S390X', 1],
] as const)('the profile of %s', (machine, architecture, flags) => {
  const profile = seccompProfile(machine)
  const named = profile.syscalls.flatMap(({ names, args }) => (args ? [] : names))

  test('refuses what is not named', () => {
    expect(profile).toMatchObject({ defaultAction: 'SCMP_ACT_ERRNO', defaultErrnoRet: 1 })
    expect(profile.architectures[0]).toBe(architecture)
  })

  test('names each call once, as it is spelt', () => {
    expect(new Set(named).size).toBe(named.length)
    expect(named.filter((name) => !/^[a-z_][a-z0-9_]+$/.test(name))).toEqual([])
  })

  test.each([
    [
      'mounting',
      'mount umount umount2 move_mount open_tree fsopen fsmount fsconfig fspick mount_setattr pivot_root',
    ],
    ['namespaces', 'unshare setns'],
    [
      'the kernel',
      'bpf kexec_load kexec_file_load init_module finit_module delete_module perf_event_open syslog',
    ],
    ['keys', 'add_key request_key keyctl'],
    ['other processes', 'ptrace process_vm_readv process_vm_writev process_madvise pidfd_getfd kcmp'],
    ['what was often wrong', 'io_uring_setup io_uring_enter io_uring_register userfaultfd open_by_handle_at'],
    [
      'the machine',
      'reboot swapon swapoff settimeofday clock_settime adjtimex sethostname setdomainname acct iopl ioperm',
    ],
  ])('leaves out %s', (_what, names) => {
    expect(named.filter((name) => names.split(' ').includes(name))).toEqual([])
  })

  test('looks at the arguments of some', () => {
    const rules = profile.syscalls.filter(({ args }) => args)
    const values = rules.map(({ names, args }) => [...names, args?.[0]?.index, args?.[0]?.value])
    expect(values).toEqual([
      ['clone', flags, 0x7e020000],
      ['socket', 0, 40],
      ...[0, 8, 0x20000, 0x20008, 0xffffffff].map((value) => ['personality', 0, value]),
    ])
    expect(profile.syscalls.find(({ names }) => names.includes('clone3'))?.errnoRet).toBe(38)
  })
})
