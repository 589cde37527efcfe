import { registry } from "@web/core/registry";
import { ListX2ManyField } from "@web/views/fields/x2many/list_x2many_field";

/**
 * Lines of an item that its list does not show, and keeps until the dialog does: their fields are
 * named in the options (see cn285.items.on.screen).
 */
export const keptLinesField = {
    component: ListX2ManyField,
    supportedTypes: ["one2many"],
    relatedFields: ({ options }) => options.fields,
};

registry.category("fields").add("cn285_kept_lines", keptLinesField);
