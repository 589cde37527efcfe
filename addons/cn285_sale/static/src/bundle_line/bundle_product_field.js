import { SaleOrderLineProductField } from "@sale/js/sale_product_field";
import { patch } from "@web/core/utils/patch";

/** Odoo's dialog chooses one of each slot; bundles of services have their own, by a button. */
patch(SaleOrderLineProductField.prototype, {
    get hasConfigurationButton() {
        return super.hasConfigurationButton && !this.props.record.data.cn285_is_bundle_line;
    },
});
