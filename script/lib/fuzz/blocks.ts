import { globSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import ts from 'typescript'

/**
 * Writes the modules of a folder into another one, so changed that they note which of their blocks are entered (bodies,
 * branches, what stands behind `&&`, `||` and `??`) as a 1 in the array of bytes `globalThis.blocks`. What is added is
 * TypeScript too, on the lines that are there, so that the stacks of errors are right.
 * @returns how many blocks there are
 */
export function noteBlocks(from: string, to: string): number {
  let blocks = 0
  for (const name of globSync('**/*.ts', { cwd: from }).sort()) {
    mkdirSync(dirname(join(to, name)), { recursive: true })
    const text = noting(readFileSync(join(from, name), 'utf8'), () => `$blocks[${blocks++}]=1`)
    writeFileSync(join(to, name), text)
  }
  return blocks
}

function noting(text: string, note: () => string): string {
  const module = ts.createSourceFile('module.ts', text, ts.ScriptTarget.ESNext, true)
  const render = (node: ts.Node): string => {
    let all = ''
    let at = node.pos
    ts.forEachChild(node, (child) => {
      all += text.slice(at, child.pos) + render(child)
      at = child.end
    })
    all += text.slice(at, node.end)
    if (ts.isSourceFile(node)) return all
    if (ts.isBlock(node)) {
      const open = node.getStart(module) - node.pos + 1
      return `${all.slice(0, open)}${note()};${all.slice(open)}`
    }
    if (ts.isIfStatement(node) && !node.elseStatement) all += ` else ${note()};`
    if (isBranch(node)) return ts.isStatement(node) ? `{${note()};${all}}` : `(${note()},${all})`
    return isCase(node) ? `${note()};${all}` : all
  }
  return `const $blocks=globalThis.blocks;${render(module)}`
}

/** Whether it depends on something else if a node without braces is done. */
function isBranch(node: ts.Node): boolean {
  const { parent } = node
  if (ts.isIfStatement(parent)) return node !== parent.expression
  if (ts.isIterationStatement(parent, false)) return node === parent.statement
  if (ts.isConditionalExpression(parent)) return node === parent.whenTrue || node === parent.whenFalse
  if (ts.isArrowFunction(parent)) return node === parent.body
  if (!ts.isBinaryExpression(parent) || node !== parent.right) return false
  return /^(&&|\|\||\?\?)=?$/.test(parent.operatorToken.getText())
}

/** Whether a statement is the first of a `case`. */
function isCase(node: ts.Node): boolean {
  return ts.isCaseOrDefaultClause(node.parent) && node === node.parent.statements[0]
}
