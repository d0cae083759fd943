/** `${NAME}` within a text. */
export const variable = /\$\{([A-Za-z_][A-Za-z0-9_]*)\}/g;
