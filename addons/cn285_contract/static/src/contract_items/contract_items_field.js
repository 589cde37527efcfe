import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { X2ManyField, x2ManyField } from "@web/views/fields/x2many/x2many_field";

/**
 * Items edited in the list, whose "View" button opens all terms of one item in a dialog (and not
 * on a page of its own, which would save the contract first).
 */
export class ContractItemsField extends X2ManyField {
    async switchToForm(record) {
        if (this.list.editedRecord && !(await this.list.leaveEditMode({ canAbandon: false }))) {
            return;
        }
        return this._openRecord({
            record,
            title: record.data.name ? _t("Terms of %s", record.data.name) : _t("Terms"),
            context: this.props.context,
            readonly: this.props.readonly,
        });
    }
}

export const contractItemsField = { ...x2ManyField, component: ContractItemsField };

registry.category("fields").add("cn285_contract_items", contractItemsField);
