// The guide to running a box: board/docs/*.md as the pages /docs/NAME, without a script. Of Markdown it knows headings, paragraphs,
// lists, fenced code, tables, and in a line `code`, **strong** and [links](page.md#heading); what it does not know, and a link that
// leads nowhere, is an error of the build.
import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';

const escape = (s) => s.replace(/[&<>"]/g, (c) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' })[c]);
const slug = (s) => s.toLowerCase().replace(/`/g, '').replace(/[^a-z0-9]+/g, '-').replace(/^-|-$/g, '');

class Page {
  constructor(name, source) {
    this.name = name;
    this.links = []; // [page, heading]
    this.headings = new Set();
    const [first, ...rest] = source.split('\n');
    if (!first.startsWith('# ')) this.fail('begins with no title');
    this.title = first.slice(2);
    this.body = this.blocks(rest);
  }

  fail(why) { throw new Error(`board/docs/${this.name}.md: ${why}`); }

  line(text) {
    return text.split(/(`[^`]+`)/).map((piece, i) => {
      if (i % 2) return `<code>${escape(piece.slice(1, -1))}</code>`;
      return escape(piece)
        .replace(/\*\*([^*]+)\*\*/g, '<strong>$1</strong>')
        .replace(/\[([^\]]+)\]\(([^)\s]+)\)/g, (_, label, to) => `<a href="${this.target(to)}">${label}</a>`);
    }).join('');
  }

  target(to) {
    if (to.startsWith('https://')) return to;
    if (to.startsWith('/')) return to; // another page of the box
    const [, page, heading = ''] = /^(?:([a-z]+)\.md)?(?:#([a-z0-9-]+))?$/.exec(to) ?? this.fail(`no link that is known here: ${to}`);
    this.links.push([page ?? this.name, heading]);
    return (page ? '/docs/' + page : '') + (heading && '#' + heading);
  }

  blocks(lines) {
    const out = [];
    for (let i = 0; i < lines.length; ) {
      const line = lines[i];
      const heading = /^(##+) (.+)$/.exec(line);
      const item = /^(- |\d+\. )/.exec(line);
      if (!line.trim()) {
        i++;
      } else if (line.startsWith('```')) {
        const end = lines.indexOf('```', i + 1);
        if (end < 0) this.fail('code without an end');
        out.push(`<pre><code>${escape(lines.slice(i + 1, end).join('\n'))}</code></pre>`);
        i = end + 1;
      } else if (heading) {
        const id = slug(heading[2]);
        if (this.headings.has(id)) this.fail(`two headings ${id}`);
        this.headings.add(id);
        out.push(`<h${heading[1].length} id="${id}">${this.line(heading[2])}</h${heading[1].length}>`);
        i++;
      } else if (item) {
        const same = item[1] === '- ' ? /^- / : /^\d+\. /, items = [];
        while (i < lines.length && same.test(lines[i])) {
          const own = [lines[i].replace(same, '')];
          for (i++; i < lines.length && (/^ +\S/.test(lines[i]) || (!lines[i].trim() && /^ +\S/.test(lines[i + 1] ?? ''))); i++) own.push(lines[i].replace(/^ {1,3}/, ''));
          const inner = this.blocks(own);
          items.push(`<li>${inner.replace(/^<p>([^]*?)<\/p>/, '$1')}</li>`);
          while (i < lines.length && !lines[i].trim() && same.test(lines[i + 1] ?? '')) i++;
        }
        out.push(item[1] === '- ' ? `<ul>${items.join('')}</ul>` : `<ol>${items.join('')}</ol>`);
      } else if (line.startsWith('|')) {
        const rows = [];
        for (; i < lines.length && lines[i].startsWith('|'); i++) rows.push(lines[i].replace(/^\||\|$/g, '').split('|').map((c) => c.trim()));
        if (!rows[1]?.every((c) => /^-+$/.test(c)) || rows.some((r) => r.length !== rows[0].length)) this.fail(`a table that is none: ${line}`);
        const row = (cells, tag) => `<tr>${cells.map((c) => `<${tag}>${this.line(c)}</${tag}>`).join('')}</tr>`;
        out.push(`<div class="wide"><table><thead>${row(rows[0], 'th')}</thead><tbody>${rows.slice(2).map((r) => row(r, 'td')).join('')}</tbody></table></div>`);
      } else if (/^(#|>|\* |!\[|<)/.test(line)) {
        this.fail(`not understood: ${line}`);
      } else {
        const own = [];
        for (; i < lines.length && lines[i].trim() && !/^(```|\||#|- |\d+\. )/.test(lines[i]); i++) own.push(lines[i].trim());
        out.push(`<p>${this.line(own.join(' '))}</p>`);
      }
    }
    return out.join('\n');
  }
}

/** The pages of `dir` as [path, HTML], with the style at the address `style`. The page `box` is the way in, and names the order. */
export function guide(dir, style) {
  const pages = new Map(readdirSync(dir).filter((f) => f.endsWith('.md')).map((f) => path.basename(f, '.md')).sort()
    .map((name) => [name, new Page(name, readFileSync(path.join(dir, name + '.md'), 'utf8'))]));
  for (const page of pages.values())
    for (const [to, heading] of page.links)
      if (!pages.has(to) || (heading && !pages.get(to).headings.has(heading))) page.fail(`a link to ${to}.md${heading && '#' + heading}, which is not there`);
  const order = ['box', ...new Set(pages.get('box').links.map(([to]) => to).filter((to) => to !== 'box'))];
  for (const name of pages.keys()) if (!order.includes(name)) pages.get('box').fail(`names no ${name}.md`);
  return order.map((name) => ['/docs/' + name, `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escape(pages.get(name).title)} – gigbox</title>
<link rel="icon" href="/icon.svg" type="image/svg+xml">
<link rel="stylesheet" href="${style}">
</head>
<body>
<nav aria-label="Guide">${order.map((n) => `<a href="/docs/${n}"${n === name ? ' aria-current="page"' : ''}>${escape(pages.get(n).title)}</a>`).join('')}<a href="/docs">API</a><a href="/">Marketplace</a></nav>
<main>
<h1>${escape(pages.get(name).title)}</h1>
${pages.get(name).body}
</main>
</body>
</html>
`]);
}
