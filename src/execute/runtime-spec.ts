/**
 * A container's `config.json`, as far as it is used here (OCI runtime-spec 1.0.2, config.md and config-linux.md). Numbers of modes and
 * masks are plain numbers, `18` for `022`.
 */
export interface RuntimeConfig {
  readonly ociVersion: '1.0.2'
  readonly process: RuntimeProcess
  readonly root: { readonly path: string; readonly readonly: boolean }
  readonly hostname: string
  readonly mounts: readonly RuntimeMount[]
  readonly linux: {
    readonly namespaces: readonly { readonly type: NamespaceType }[]
    readonly uidMappings?: readonly IdMapping[]
    readonly gidMappings?: readonly IdMapping[]
    readonly resources?: { readonly devices: readonly { readonly allow: boolean; readonly access: string }[] }
    readonly seccomp?: Seccomp
    readonly maskedPaths: readonly string[]
    readonly readonlyPaths: readonly string[]
  }
}

export interface RuntimeProcess {
  readonly terminal: boolean
  readonly user: { readonly uid: number; readonly gid: number; readonly umask: number }
  readonly args: readonly string[]
  /** `NAME=value` */
  readonly env: readonly string[]
  readonly cwd: string
  readonly capabilities: Readonly<
    Record<'bounding' | 'effective' | 'inheritable' | 'permitted' | 'ambient', readonly string[]>
  >
  readonly noNewPrivileges: boolean
}

export interface RuntimeMount {
  readonly destination: string
  readonly type: string
  readonly source: string
  readonly options: readonly string[]
}

export type NamespaceType = 'pid' | 'mount' | 'ipc' | 'uts' | 'cgroup' | 'network' | 'user'

export interface IdMapping {
  readonly containerID: number
  readonly hostID: number
  readonly size: number
}

/** Rules by which the kernel answers system calls. */
export interface Seccomp {
  readonly defaultAction: SeccompAction
  readonly defaultErrnoRet: number
  readonly architectures: readonly string[]
  readonly syscalls: readonly SeccompRule[]
}

export type SeccompAction = 'SCMP_ACT_ALLOW' | 'SCMP_ACT_ERRNO'

export interface SeccompRule {
  readonly names: readonly string[]
  readonly action: SeccompAction
  readonly errnoRet?: number
  readonly args?: readonly SeccompArgument[]
}

/** What an argument of a call must be: `value`, other than it, or `valueTwo` once masked by `value`. */
export interface SeccompArgument {
  readonly index: number
  readonly value: number
  readonly valueTwo?: number
  readonly op: 'SCMP_CMP_EQ' | 'SCMP_CMP_NE' | 'SCMP_CMP_MASKED_EQ'
}
