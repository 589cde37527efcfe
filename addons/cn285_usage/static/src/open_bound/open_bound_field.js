import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { FloatField, floatField } from "@web/views/fields/float/float_field";

/** The upper bound of a tier: where it is 0, the tier has none, and the list says so. */
export class OpenBoundField extends FloatField {
    get formattedValue() {
        if (this.props.readonly && !this.value) {
            return _t("No bound");
        }
        return super.formattedValue;
    }
}

registry.category("fields").add("cn285_open_bound", {
    ...floatField,
    component: OpenBoundField,
});
