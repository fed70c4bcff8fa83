/**
 * Owns the diagram as a file: a copy of what is drawn that looks the same where our styles are not, its
 * colours as they are on the page.
 */

/** What a drawing needs to look the same elsewhere; each element has it from the one around it. */
const inherited = [
  ...['fill', 'fill-opacity', 'stroke', 'stroke-width', 'stroke-dasharray', 'stroke-linecap'],
  ...['stroke-linejoin', 'paint-order', 'visibility', 'text-anchor', 'letter-spacing'],
  ...['font-family', 'font-size', 'font-style', 'font-weight'],
] as const;

/** What belongs to one who looks, not to the picture; and words that are said where one points. */
const notOfPicture = '.playhead, .hairline, .reach, .reach-of, [visibility=hidden]';

const namespace = 'http://www.w3.org/2000/svg';

/** The names stand above, the ground is the page's. */
export function svgOf(svg: SVGSVGElement, names: readonly { x: number; name: string }[]): string {
  const copy = svg.cloneNode(true) as SVGSVGElement;
  const [from, to] = [everyOf(svg), everyOf(copy)];
  const looks = new Map<Element | null, readonly string[]>();
  for (const [index, element] of from.entries()) inline(element, to[index], looks);
  for (const element of copy.querySelectorAll(notOfPicture)) element.remove();
  const [width, height] = [svg.clientWidth, svg.clientHeight];
  const heading = 34;
  copy.setAttribute('xmlns', namespace);
  copy.setAttribute('width', String(width));
  copy.setAttribute('height', String(height + heading));
  copy.setAttribute('viewBox', `0 ${-heading} ${width} ${height + heading}`);
  copy.removeAttribute('style');
  copy.removeAttribute('class');
  const page = getComputedStyle(document.documentElement);
  const ground = document.createElementNS(namespace, 'rect');
  set(ground, { x: 0, y: -heading, width, height: height + heading, fill: page.backgroundColor });
  copy.prepend(ground);
  const head = document.createElementNS(namespace, 'rect');
  set(head, { x: 0, y: -heading, width, height: heading, fill: page.backgroundColor });
  copy.append(head);
  for (const { x, name } of names) {
    const text = document.createElementNS(namespace, 'text');
    set(text, { x, y: -12, fill: page.color, 'text-anchor': 'middle', 'font-weight': 650 });
    set(text, { 'font-family': 'sans-serif', 'font-size': 15 });
    text.textContent = name;
    copy.append(text);
  }
  return new XMLSerializer().serializeToString(copy);
}

function everyOf(svg: SVGSVGElement): Element[] {
  return [svg, ...svg.querySelectorAll('*')];
}

/** `looks`: of those before it, and so of the one around it. */
function inline(
  from: Element,
  to: Element | undefined,
  looks: Map<Element | null, readonly string[]>,
): void {
  if (to === undefined) return;
  const style = getComputedStyle(from);
  const around = looks.get(from.parentElement);
  const own = inherited.map((property) => style.getPropertyValue(property));
  looks.set(from, own);
  for (const [index, property] of inherited.entries()) {
    if (own[index] === around?.[index]) to.removeAttribute(property);
    else to.setAttribute(property, own[index] ?? '');
  }
  if (style.opacity === '1') to.removeAttribute('opacity');
  else to.setAttribute('opacity', style.opacity);
  for (const name of ['class', 'data-index', 'data-n']) to.removeAttribute(name);
}

function set(element: Element, attributes: Readonly<Record<string, string | number>>): void {
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, String(value));
}
