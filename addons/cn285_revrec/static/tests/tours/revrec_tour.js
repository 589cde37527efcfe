import { registry } from "@web/core/registry";
import { stepUtils } from "@web_tour/tour_utils";

/** Closing a month the way an accountant does: new run, preview, post, tie-out. */
registry.category("web_tour.tours").add("cn285_revrec_closing_tour", {
    url: "/odoo",
    steps: () => [
        ...stepUtils.goToAppSteps("cn285_contract.menu_contract_root", "Open Contracts"),
        {
            content: "Open the Revenue Recognition menu",
            trigger: "[data-menu-xmlid='cn285_revrec.menu_revrec']",
            run: "click",
        },
        {
            content: "Open the recognition runs",
            trigger: "[data-menu-xmlid='cn285_revrec.menu_revrec_run']",
            run: "click",
        },
        {
            content: "Create a run",
            trigger: ".o_breadcrumb .active:contains(Recognition Runs)",
        },
        {
            trigger: ".o_list_button_add",
            run: "click",
        },
        {
            content: "Look at the preview",
            trigger: "button[name=action_preview]:contains(Preview)",
            run: "click",
        },
        {
            content: "The preview shows accounts",
            trigger: ".o_field_widget[name=preview_ids] .o_data_row",
        },
        {
            content: "Post it",
            trigger: "button[name=action_post].btn-primary",
            run: "click",
        },
        {
            content: "It is posted and has entries",
            trigger: ".o_arrow_button_current:contains(Posted)",
        },
        {
            trigger: ".o_field_widget[name=move_ids] .o_data_row",
        },
        {
            content: "Look whether the books tie out",
            trigger: "[data-menu-xmlid='cn285_revrec.menu_revrec']",
            run: "click",
        },
        {
            trigger: "[data-menu-xmlid='cn285_revrec.menu_revrec_tieout']",
            run: "click",
        },
        {
            content: "Open it",
            trigger: ".modal button[name=action_open]",
            run: "click",
        },
        {
            content: "The accounts are listed",
            trigger: ".o_breadcrumb .active:contains(Tie-Out)",
        },
        {
            trigger: ".o_data_row",
        },
    ],
});
