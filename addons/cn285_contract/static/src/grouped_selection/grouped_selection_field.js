import { registry } from "@web/core/registry";
import { SelectionField, selectionField } from "@web/views/fields/selection/selection_field";

/** A choice among many under headings: ``type_groups`` of the record, ``[[heading, [value…]]…]``. */
export class GroupedSelectionField extends SelectionField {
    static template = "cn285_contract.GroupedSelectionField";

    get groups() {
        const labels = Object.fromEntries(this.options);
        return (this.props.record.data.type_groups || []).map(([label, values]) => ({
            label,
            choices: values.map((value) => ({ value, label: labels[value] })),
        }));
    }
}

export const groupedSelectionField = {
    ...selectionField,
    component: GroupedSelectionField,
    supportedTypes: ["selection"],
    fieldDependencies: [{ name: "type_groups", type: "json" }],
};

registry.category("fields").add("cn285_grouped_selection", groupedSelectionField);
