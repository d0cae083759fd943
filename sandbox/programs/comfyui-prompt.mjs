/** What ComfyUI answers to a prompt that it can't run: one sentence of its own kind, and the errors of each node. */
const refusal = (type, message, details = '', extra = {}, nodes = {}) => ({
  error: { type, message, details, extra_info: extra },
  node_errors: nodes,
});

/**
 * Judges a prompt in the API format as ComfyUI does.
 *
 * Answers with the outputs that may run and the errors of those that may not, or with the body of a 400.
 * Throws where the real server falls over its own feet and answers 500, as for a workflow in the format of its pages.
 */
export function judgePrompt(prompt, classes, version) {
  for (const [id, node] of Object.entries(prompt)) {
    if (typeof node !== 'object' || node === null || Array.isArray(node)) throw new TypeError('not a node');
    const known = node.class_type !== undefined && Object.hasOwn(classes, node.class_type);
    if (known) continue;
    const details = `Node ID '#${id}'`;
    const title = node['_meta']?.title;
    const called = title ?? `ID #${id}`;
    if (version !== '0.33.0') {
      const why =
        node.class_type === undefined
          ? `Cannot execute because a node is missing the class_type property.`
          : `Cannot execute because node ${node.class_type} does not exist.`;
      return { refused: refusal('invalid_prompt', why, details) };
    }
    const named = node.class_type !== undefined;
    const message = named
      ? `Node '${called}' not found. The custom node may not be installed.`
      : `Node '${called}' has no class_type. The workflow may be corrupted or a custom node is missing.`;
    const extra = { node_id: id, class_type: node.class_type ?? null, node_title: title ?? null };
    return { refused: refusal('missing_node_type', message, details, extra) };
  }
  const outputs = Object.keys(prompt).filter((id) => classes[prompt[id].class_type].output_node);
  if (outputs.length === 0) return { refused: refusal('prompt_no_outputs', 'Prompt has no outputs') };

  const errors = {};
  const good = outputs.filter((output) => {
    let whole = true;
    for (const id of upstream(prompt, output)) {
      const found = nodeErrors(prompt, classes, id);
      if (found.length === 0) continue;
      whole = false;
      errors[id] ??= { errors: found, dependent_outputs: [], class_type: prompt[id].class_type };
      errors[id].dependent_outputs.push(output);
    }
    return whole;
  });
  if (good.length > 0) return { good, errors };
  return {
    refused: refusal('prompt_outputs_failed_validation', 'Prompt outputs failed validation', '', {}, errors),
  };
}

/** A node and all that it is linked to, those first that others need. */
export function upstream(prompt, id, seen = new Set()) {
  if (seen.has(id) || !Object.hasOwn(prompt, id)) return [...seen];
  const before = Object.values(prompt[id].inputs ?? {}).flatMap((value) =>
    Array.isArray(value) ? [String(value[0])] : [],
  );
  for (const other of before) upstream(prompt, other, seen);
  seen.add(id);
  return [...seen];
}

function nodeErrors(prompt, classes, id) {
  const { class_type: type, inputs = {} } = prompt[id];
  return Object.entries(classes[type].input.required).flatMap(([name, config]) => {
    if (!Object.hasOwn(inputs, name))
      return [wrong('required_input_missing', 'Required input is missing', name, { input_name: name })];
    const value = inputs[name];
    if (Array.isArray(value)) return linkErrors(prompt, classes, name, config, value);
    return valueErrors(name, config, value);
  });
}

const wrong = (type, message, details, extra) => ({ type, message, details, extra_info: extra });

function linkErrors(prompt, classes, name, config, value) {
  const about = { input_name: name, input_config: config };
  const long = 'Bad linked input, must be a length-2 list of [node_id, slot_index]';
  if (value.length !== 2) return [wrong('bad_linked_input', long, name, { ...about, received_value: value })];
  const from = prompt[value[0]];
  if (from === undefined) {
    const extra = { exception_type: 'KeyError', traceback: [] };
    return [wrong('exception_during_validation', 'Exception when validating node', `'${value[0]}'`, extra)];
  }
  const given = classes[from.class_type].output[value[1]];
  if (given === undefined) {
    const extra = { exception_type: 'IndexError', traceback: [] };
    return [wrong('exception_during_validation', 'Exception when validating node', 'tuple index out of range', extra)];
  }
  if (given === config[0]) return [];
  const details = `${name}, received_type(${given}) mismatch input_type(${config[0]})`;
  const extra = { ...about, received_type: given, linked_node: value };
  return [wrong('return_type_mismatch', 'Return type mismatch between linked nodes', details, extra)];
}

function valueErrors(name, config, value) {
  const [type, limits = {}] = config;
  if (name === 'image' && Array.isArray(type) && !type.includes(value)) {
    const details = `image - Invalid image file: ${value}`;
    return [wrong('custom_validation_failed', 'Custom validation failed for node', details, { input_name: name })];
  }
  const about = { input_name: name, input_config: config, received_value: value };
  if (Array.isArray(type)) {
    if (type.includes(value)) return [];
    const many = type.length > 20;
    const list = many ? `(list of length ${type.length})` : `[${type.map((item) => `'${item}'`).join(', ')}]`;
    const details = `${name}: '${value}' not in ${list}`;
    return [wrong('value_not_in_list', 'Value not in list', details, { ...about, input_config: many ? null : config })];
  }
  if (type !== 'INT' && type !== 'FLOAT') return [];
  const number = Number(value);
  if (Number.isNaN(number)) {
    const why = `invalid literal for int() with base 10: '${value}'`;
    const message = `Failed to convert an input value to a ${type} value`;
    const extra = { ...about, exception_message: why };
    return [wrong('invalid_input_type', message, `${name}, ${value}, ${why}`, extra)];
  }
  if (limits.min !== undefined && number < limits.min)
    return [wrong('value_smaller_than_min', `Value ${value} smaller than min of ${limits.min}`, name, about)];
  if (limits.max !== undefined && number > limits.max)
    return [wrong('value_bigger_than_max', `Value ${value} bigger than max of ${limits.max}`, name, about)];
  return [];
}
