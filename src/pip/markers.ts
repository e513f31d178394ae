import { machines, type PipTarget } from './tags.ts'

/** What an environment marker may ask for (PEP 508, the dependency specifiers' "Environment Markers"), `extra` aside. */
export type Markers = Readonly<
  Record<
    | 'implementation_name'
    | 'implementation_version'
    | 'os_name'
    | 'platform_machine'
    | 'platform_python_implementation'
    | 'platform_release'
    | 'platform_system'
    | 'platform_version'
    | 'python_full_version'
    | 'python_version'
    | 'sys_platform',
    string
  >
>

/** The markers as a target's python would answer. Its kernel is not known: release and version are empty, as uv has them. */
export function markersOf({ version, subdir }: Pick<PipTarget, 'version' | 'subdir'>): Markers {
  return {
    implementation_name: 'cpython',
    implementation_version: version,
    os_name: 'posix',
    platform_machine: machines[subdir],
    platform_python_implementation: 'CPython',
    platform_release: '',
    platform_system: 'Linux',
    platform_version: '',
    python_full_version: version,
    python_version: version.split('.').slice(0, 2).join('.'),
    sys_platform: 'linux',
  }
}
