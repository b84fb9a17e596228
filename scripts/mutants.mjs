// What scripts/mutate.mjs may change in a file: each mutant is one small change of one place, found in the file's syntax tree,
// so that types, comments and strings are left alone.
import { parseAst } from 'rolldown/parseAst'

/** Operator → what takes its place. */
const swaps = {
  '<': ['<=', '>='],
  '<=': ['<', '>'],
  '>': ['>=', '<='],
  '>=': ['>', '<'],
  '==': ['!='],
  '!=': ['=='],
  '===': ['!=='],
  '!==': ['==='],
  '+': ['-'],
  '-': ['+'],
  '*': ['/'],
  '/': ['*'],
  '%': ['*'],
  '<<': ['>>'],
  '>>': ['<<'],
  '&': ['|'],
  '|': ['&'],
  '&&': ['||'],
  '||': ['&&'],
  '+=': ['-='],
  '-=': ['+='],
  '++': ['--'],
  '--': ['++'],
}

/** The same of the vectors: the last name of a call such as f32x4.add. */
const vectorSwaps = {
  add: 'sub',
  sub: 'add',
  mul: 'add',
  div: 'mul',
  min: 'max',
  max: 'min',
  pmin: 'pmax',
  pmax: 'pmin',
  gt: 'ge',
  ge: 'gt',
  lt: 'le',
  le: 'lt',
  gt_s: 'ge_s',
  and: 'or',
  or: 'and',
}

const isText = (node) =>
  node.type === 'TemplateLiteral' || (node.type === 'Literal' && typeof node.value === 'string')

/** True where + may join texts: the result would only be another message. */
const joinsTexts = (node) =>
  isText(node) ||
  (node.type === 'BinaryExpression' &&
    node.operator === '+' &&
    (joinsTexts(node.left) || joinsTexts(node.right)))

/**
 * Every mutant of a source: { kind, start, end, text, line }, the characters [start, end) replaced by `text`.
 *
 * code: TypeScript or AssemblyScript. kinds: comparison, logic, arithmetic, vector, constant, negation, removal, return.
 */
export function mutantsOf(code, file) {
  // TypeScript has no decorators on functions, AssemblyScript has (@inline).
  const parsed = code.replace(/^@\w+(\(.*\))?$/gm, (decorator) => ' '.repeat(decorator.length))
  const mutants = []
  const lineOf = (at) => code.slice(0, at).split('\n').length
  const replace = (kind, start, end, text) => mutants.push({ kind, start, end, text, line: lineOf(start) })

  function swapOperator(from, to, operator) {
    const at = code.indexOf(operator, from)
    // Comments between the operands could hold the same characters.
    if (at < 0 || at >= to || code.slice(from, at).trim().replaceAll(')', '') !== '') return
    const kind = /^[<>=!]/.test(operator) && !/^(<<|>>)/.test(operator) ? 'comparison' : 'arithmetic'
    for (const text of swaps[operator] ?? []) {
      replace(operator === '&&' || operator === '||' ? 'logic' : kind, at, at + operator.length, text)
    }
  }

  function negate({ start, end }) {
    replace('negation', start, end, `!(${code.slice(start, end)})`)
  }

  const visitors = {
    BinaryExpression(node) {
      if (node.operator === '+' && joinsTexts(node)) return
      swapOperator(node.left.end, node.right.start, node.operator)
    },
    LogicalExpression: (node) => swapOperator(node.left.end, node.right.start, node.operator),
    AssignmentExpression: (node) => swapOperator(node.left.end, node.right.start, node.operator),
    UpdateExpression(node) {
      const { argument, prefix } = node
      if (prefix) swapOperator(node.start, argument.start, node.operator)
      else swapOperator(argument.end, node.end, node.operator)
    },
    Literal(node) {
      if (typeof node.value !== 'number') return
      for (const by of [1, -1])
        replace('constant', node.start, node.end, `(${node.raw} ${by > 0 ? '+' : '-'} 1)`)
    },
    IfStatement: (node) => negate(node.test),
    ConditionalExpression: (node) => negate(node.test),
    WhileStatement: (node) => negate(node.test),
    CallExpression({ callee }) {
      const property = callee.type === 'MemberExpression' && !callee.computed && callee.property
      const isVector =
        property && /^(f32x4|i32x4|v128)$/.test(code.slice(callee.object.start, callee.object.end))
      if (isVector && Object.hasOwn(vectorSwaps, property.name)) {
        replace('vector', property.start, property.end, vectorSwaps[property.name])
      }
    },
    ExpressionStatement: (node) => replace('removal', node.start, node.end, ';'),
    ThrowStatement: (node) => replace('removal', node.start, node.end, ';'),
    ReturnStatement({ argument }) {
      if (!argument) return
      const { start, end } = argument
      if (/^(true|false)$/.test(code.slice(start, end)))
        replace('return', start, end, `!${code.slice(start, end)}`)
      else replace('return', start, end, file.startsWith('assembly/') ? '0' : 'undefined')
    },
  }

  function visit(node) {
    if (Array.isArray(node)) {
      for (const one of node) visit(one)
      return
    }
    // Types have no code, imports nothing to change, and in a template the change would be one of words.
    if (!node?.type || node.type === 'ImportDeclaration' || node.type === 'TemplateLiteral') return
    if (node.type.startsWith('TS') && !/^TS(As|NonNull|Satisfies|TypeAssertion)/.test(node.type)) return
    visitors[node.type]?.(node)
    for (const [key, child] of Object.entries(node)) {
      if (typeof child === 'object' && key !== 'typeAnnotation') visit(child)
    }
  }
  visit(parseAst(parsed, { lang: 'ts' }, file).body)
  // The offsets are those of the characters: a literal is where the tree says.
  for (const { kind, start, end, text } of mutants) {
    if (kind === 'constant' && !text.startsWith(`(${code.slice(start, end)} `)) {
      throw new Error(`${file}: the tree's offsets are not the file's, at ${start}`)
    }
  }
  return mutants
}
