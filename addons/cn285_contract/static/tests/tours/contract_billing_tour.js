import { registry } from "@web/core/registry";
import { rpc } from "@web/core/network/rpc";
import { stepUtils } from "@web_tour/tour_utils";

const CUSTOMER = "Boulangerie de la Tour";
const TEMPLATE = "Pack Tour";

/** Types into a many2one (or many2many tags) and chooses the record of that name. */
function choose(field, name) {
    return [
        {
            content: `Type ${name}`,
            trigger: `.o_field_widget[name=${field}] input`,
            run: `edit ${name}`,
        },
        {
            content: `Choose ${name}`,
            trigger: `.o-autocomplete--dropdown-item:contains(${name})`,
            run: "click",
        },
    ];
}

/** From a template to the posted invoice, the way a billing clerk goes. */
registry.category("web_tour.tours").add("cn285_contract_billing_tour", {
    url: "/odoo",
    steps: () => [
        ...stepUtils.goToAppSteps("cn285_contract.menu_contract_root", "Open Contracts"),
        {
            content: "Create a contract",
            trigger: ".o_list_button_add",
            run: "click",
        },
        ...choose("partner_id", CUSTOMER),
        ...choose("template_id", TEMPLATE),
        {
            content: "The template has filled in both items",
            trigger: ".o_field_widget[name=item_ids] .o_data_row:nth-child(2)",
        },
        {
            content: "Confirm it",
            trigger: "button[name=action_confirm_asking]",
            run: "click",
        },
        {
            content: "It is active and has a schedule",
            trigger: ".o_arrow_button_current:contains(Active)",
        },
        {
            trigger: "button[name=action_view_schedule] .o_stat_value:not(:contains(/^0$/))",
        },
        {
            content: "Open the Billing menu",
            trigger: "[data-menu-xmlid='cn285_contract.menu_billing']",
            run: "click",
        },
        {
            content: "Open the billing runs",
            trigger: "[data-menu-xmlid='cn285_contract.menu_billing_run']",
            run: "click",
        },
        {
            trigger: ".o_breadcrumb .active:contains(Billing Runs)",
        },
        {
            content: "Create a billing run",
            trigger: ".o_list_button_add",
            run: "click",
        },
        ...choose("partner_ids", CUSTOMER),
        {
            content: "Run it",
            trigger: "button[name=action_run_in_jobs]",
            run: "click",
        },
        {
            content: "It is done, without errors",
            trigger: ".o_arrow_button_current:contains(/^Done$/)",
        },
        {
            content: "Open its invoice",
            trigger: "button[name=action_view_invoices]:contains(1)",
            run: "click",
        },
        {
            content: "The invoice is posted",
            trigger: ".o_form_view .o_arrow_button_current:contains(Posted)",
        },
        {
            content: "It says from which contract it comes",
            trigger: "button[name=action_view_cn285_contracts]",
        },
    ],
});

/** All terms of an item in its dialog; a price typed in the list is an own price. */
registry.category("web_tour.tours").add("cn285_contract_item_tour", {
    steps: () => [
        {
            content: "Open the terms of the item",
            trigger: ".o_field_widget[name=item_ids] .o_list_record_open_form_view button",
            run: "click",
        },
        {
            content: "Bill it ten days before the period",
            trigger: ".modal .o_field_widget[name=billing_offset] input",
            run: "edit -10",
        },
        {
            content: "Save the dialog",
            trigger: ".modal .o_form_button_save",
            run: "click",
        },
        {
            content: "The price comes from the pricelist",
            trigger:
                "body:not(:has(.modal)) .o_field_widget[name=item_ids] .o_data_cell[name=price_unit]:contains(Pricelist)",
            run: "click",
        },
        {
            content: "Type an own price",
            trigger: ".o_selected_row .o_field_widget[name=price_unit] input",
            run: "edit 80",
        },
        {
            content: "Leave the cell",
            trigger: ".o_selected_row .o_field_widget[name=quantity] input",
            run: "click",
        },
        ...stepUtils.saveForm(),
        {
            content: "The own price shows",
            trigger: ".o_field_widget[name=item_ids] .o_data_cell[name=price_unit]:contains(80.00)",
        },
    ],
});

/** Adds a line, opens all its terms before it is saved, and saves both. */
function addLineAndOpenIt(product) {
    return [
        {
            content: "Add a line",
            trigger: ".o_field_widget[name=item_ids] .o_field_x2many_list_row_add a",
            run: "click",
        },
        {
            content: `Type ${product}`,
            trigger: ".o_selected_row .o_field_widget[name=product_id] input",
            run: `edit ${product}`,
        },
        {
            content: `Choose ${product}`,
            trigger: `.o-autocomplete--dropdown-item:contains(${product})`,
            run: "click",
        },
        {
            content: "Open its terms",
            trigger: ".o_selected_row .o_list_record_open_form_view button",
            run: "click",
        },
        {
            content: "The dialog starts from the defaults",
            trigger:
                ".modal .o_field_widget[name=proration_basis] input[data-value=actual]:checked",
        },
        {
            content: "Bill it in arrears",
            trigger: ".modal .o_field_widget[name=timing] input[data-value=arrears]",
            run: "click",
        },
        {
            content: "Ten days after the period",
            trigger: ".modal .o_field_widget[name=billing_offset] input",
            run: "edit 10",
        },
        {
            content: "Save the dialog",
            trigger: ".modal .o_form_button_save",
            run: "click",
        },
        {
            trigger: "body:not(:has(.modal))",
        },
    ];
}

/** Long names are told whole in lists of lines, also right after the line was typed. */
function namesAreWrapped() {
    return {
        content: "A long name is not cut",
        trigger: ".o_field_widget[name=item_ids] .o_data_cell[name=product_id]",
        run({ anchor }) {
            if (getComputedStyle(anchor).whiteSpace !== "normal") {
                throw new Error("The product's name is cut");
            }
        },
    };
}

/** A new line of a contract, all of its terms, saved with the contract. */
registry.category("web_tour.tours").add("cn285_contract_new_line_tour", {
    steps: () => [
        ...choose("partner_id", CUSTOMER),
        ...addLineAndOpenIt("API access"),
        ...stepUtils.saveForm(),
        namesAreWrapped(),
    ],
});

/** A new line of a template, all of its terms, saved with the template. */
registry.category("web_tour.tours").add("cn285_template_new_line_tour", {
    steps: () => [
        {
            content: "Name the template",
            trigger: ".o_field_widget[name=name] input, .o_field_widget[name=name] textarea",
            run: "edit Pack de ligne",
        },
        ...addLineAndOpenIt("API access"),
        ...stepUtils.saveForm(),
        namesAreWrapped(),
    ],
});

/** A line that a template filled in: its terms are seen, changed and saved. */
registry.category("web_tour.tours").add("cn285_contract_filled_line_tour", {
    steps: () => [
        ...choose("partner_id", CUSTOMER),
        ...choose("template_id", TEMPLATE),
        {
            content: "Open the terms of the line",
            trigger: ".o_field_widget[name=item_ids] .o_list_record_open_form_view button",
            run: "click",
        },
        {
            content: "What the template says is there",
            trigger: ".modal .o_field_widget[name=discount_ids] .o_data_cell:contains(Bienvenue)",
        },
        {
            trigger: ".modal .o_field_widget[name=first_period] input:value(Billed in Full)",
        },
        {
            content: "Ten days after the period",
            trigger: ".modal .o_field_widget[name=billing_offset] input",
            run: "edit 10",
        },
        {
            content: "Save the dialog",
            trigger: ".modal .o_form_button_save",
            run: "click",
        },
        {
            trigger: "body:not(:has(.modal))",
        },
        ...stepUtils.saveForm(),
    ],
});

/** The types of change stand under headings; an upgrade offers what a tier path reaches. */
registry.category("web_tour.tours").add("cn285_contract_change_tour", {
    steps: () => [
        {
            content: "The list tells the item by its service number",
            trigger: ".o_field_widget[name=item_ids] .o_data_cell[name=code]:contains(AB-123-CD)",
        },
        {
            content: "Change the contract",
            trigger: "button[name=action_change].btn-primary",
            run: "click",
        },
        {
            content: "Open the types",
            trigger: ".modal .o_field_widget[name=type] input",
            run: "click",
        },
        {
            trigger: ".o_select_menu_group:contains(Offer and Options)",
        },
        {
            trigger: ".o_select_menu_group:contains(End of the Contract)",
        },
        {
            content: "An upgrade",
            trigger: ".o_select_menu_item:contains(Upgrade)",
            run: "click",
        },
        {
            content: "To the only product that a path reaches",
            trigger: ".modal .o_field_widget[name=product_id] input:value(API Gold)",
        },
        {
            trigger: ".modal button[name=action_preview]",
            run: "click",
        },
        {
            content: "What it comes to",
            trigger: ".modal .o_cn285_preview:contains(Difference, excluding tax)",
        },
        {
            trigger: ".modal button[name=action_confirm]",
            run: "click",
        },
        {
            trigger: ".o_arrow_button_current:contains(/Applied|Scheduled/)",
        },
    ],
});

/** A running billing run is read again by itself: what happens elsewhere shows on the screen. */
registry.category("web_tour.tours").add("cn285_billing_progress_tour", {
    steps: () => [
        {
            content: "The run is at work",
            trigger: ".o_arrow_button_current:contains(Running)",
        },
        {
            content: "No batch of two is done",
            trigger: ".o_field_widget[name=progress] .o_progressbar:contains(0)",
            async run() {
                const id = Number(window.location.pathname.split("/").at(-1));
                await rpc("/web/dataset/call_kw/cn285.billing.run/action_cancel", {
                    model: "cn285.billing.run",
                    method: "action_cancel",
                    args: [[id]],
                    kwargs: {},
                });
            },
        },
        {
            content: "The form has reloaded itself",
            trigger: ".o_arrow_button_current:contains(Cancelled)",
            timeout: 15000,
        },
    ],
});
