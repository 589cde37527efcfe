import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { FloatField, floatField } from "@web/views/fields/float/float_field";

/** A unit price that is empty where the pricelist decides (``price_source`` of the record). */
export class PricelistPriceField extends FloatField {
    static template = "cn285_contract.PricelistPriceField";

    get isFromPricelist() {
        return this.props.record.data.price_source === "pricelist";
    }

    get placeholder() {
        return this.isFromPricelist ? _t("Pricelist") : "";
    }

    get formattedValue() {
        return this.isFromPricelist ? "" : super.formattedValue;
    }
}

export const pricelistPriceField = {
    ...floatField,
    component: PricelistPriceField,
    fieldDependencies: [{ name: "price_source", type: "selection" }],
};

registry.category("fields").add("cn285_pricelist_price", pricelistPriceField);
