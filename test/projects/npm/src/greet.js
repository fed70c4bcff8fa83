import { words } from 'words';

export function greet(name, language = 'en') {
  const word = words[language];
  if (word === undefined) throw new RangeError(`no greeting in ${language}`);
  return `${word}, ${name}!`;
}
