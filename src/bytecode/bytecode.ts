/** The door of this folder: from python's sources to bytecode that is the same on every machine. */
export { closureOf, dependsOf, nameOfSpec } from './closure.ts'
export { Compiler, Compilers } from './compiler.ts'
export { bytecodeFormat } from '../prefix/bytecode-format.ts'
export { installPython, type PythonUse } from './install-python.ts'
