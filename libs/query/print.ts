import type { KqlField, KqlNode, KqlValue } from './ast.ts';
import { printLiteral, printWord } from './scan.ts';

/** The query as text in its one canonical form; `parseKql` reads it back to the same tree. */
export function printKql(node: KqlNode): string {
  switch (node.kind) {
    case 'all':
      return '*';
    case 'and':
      return node.children
        .map((child) => (child.kind === 'or' ? group(child) : printKql(child)))
        .join(' and ');
    case 'or':
      return listOfValues(node.children) ?? node.children.map(printKql).join(' or ');
    case 'not':
      return `not ${node.child.kind === 'and' || node.child.kind === 'or' ? group(node.child) : printKql(node.child)}`;
    case 'is':
      return node.field === null
        ? printValue(node.value)
        : `${printField(node.field)}: ${printValue(node.value)}`;
    case 'exists':
      return `${printField(node.field)}: *`;
    case 'range':
      return `${printField(node.field)} ${node.operator} ${printLiteral(node.value)}`;
    case 'nested':
      return `${printField(node.field)}: { ${printKql(node.child)} }`;
  }
}

/** `field: (a or b)` needs no parentheses around it. */
function group(node: KqlNode): string {
  const list = node.kind === 'or' ? listOfValues(node.children) : undefined;
  return list ?? `(${printKql(node)})`;
}

function listOfValues(children: readonly KqlNode[]): string | undefined {
  let field: string | undefined;
  const values: string[] = [];
  for (const child of children) {
    if (child.kind !== 'is' || child.field === null) return undefined;
    const printed = printField(child.field);
    if (field !== undefined && printed !== field) return undefined;
    field = printed;
    values.push(printValue(child.value));
  }
  return `${field}: (${values.join(' or ')})`;
}

/** A field that is called like Lucene's question for a field must not be taken for that. */
function printField(field: KqlField): string {
  if (field === '_exists_') return '\\_exists_';
  return typeof field === 'string' ? printLiteral(field) : printWord(field.parts);
}

function printValue(value: KqlValue): string {
  switch (value.type) {
    case 'literal':
      return printLiteral(value.text);
    case 'words':
      return value.words.map((word) => printWord([word])).join(' ');
    case 'wildcard':
      return printWord(value.parts);
    case 'regex':
      return `/${value.source.replace(/\\.|\//gs, (match) => (match === '/' ? '\\/' : match))}/${value.ignoreCase ? 'i' : ''}`;
  }
}
