import * as fc from 'fast-check';

const character = fc.oneof(
  fc.constantFrom(...Array.from(`'"\\ $\`!*?[]{}()<>|&;#~^%=-+,.\n\t\r\x01\x7fé漢🙂a0`)),
  fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }).filter((one) => one !== '\0' && !/\p{Cs}/u.test(one)),
);
/** A word of all that a shell could read as more than text; NUL can't be sent. */
export const word = fc.array(character, { maxLength: 12 }).map((characters) => characters.join(''));
export const words = fc.array(word, { minLength: 1, maxLength: 40 });
