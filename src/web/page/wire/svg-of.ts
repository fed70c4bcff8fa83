/**
 * Owns the diagram as a file: a copy of what is drawn that looks the same where our styles are not, its
 * colours as they are on the page.
 */

/** What a drawing needs to look the same elsewhere. */
const properties = [
  ...['fill', 'fill-opacity', 'stroke', 'stroke-width', 'stroke-dasharray', 'stroke-linecap'],
  ...['stroke-linejoin', 'paint-order', 'opacity', 'visibility', 'text-anchor', 'letter-spacing'],
  ...['font-family', 'font-size', 'font-style', 'font-weight'],
] as const;

/** What belongs to one who looks, not to the picture. */
const notOfPicture = '.playhead, .hairline, .reach, .reach-of';

const namespace = 'http://www.w3.org/2000/svg';

/** The names stand above, the ground is the page's. */
export function svgOf(svg: SVGSVGElement, names: readonly { x: number; name: string }[]): string {
  const copy = svg.cloneNode(true) as SVGSVGElement;
  const [from, to] = [everyOf(svg), everyOf(copy)];
  for (const [index, element] of from.entries()) inline(element, to[index]);
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

function inline(from: Element, to: Element | undefined): void {
  if (to === undefined) return;
  const style = getComputedStyle(from);
  for (const property of properties) to.setAttribute(property, style.getPropertyValue(property));
  for (const name of ['class', 'data-index', 'data-n']) to.removeAttribute(name);
}

function set(element: Element, attributes: Readonly<Record<string, string | number>>): void {
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, String(value));
}
